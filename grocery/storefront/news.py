"""What changed about a cart since its owner last said so, in words, line by line."""

from __future__ import annotations

from django.utils.translation import gettext as _

from grocery.ordering.public import CartLine, CartNews, CartView, whole_pieces
from grocery.storefront import wording


def told(cart: CartView, language: str) -> list[str]:
    """One sentence for each change: the day first, then offers on the whole cart, then the lines in their order."""
    passed = [_("The day you chose has passed; this is for today.")] if cart.day_passed else []
    passed += [_("“%(name)s” has ended.") % {"name": offer.name(language)} for offer in cart.ended_offers]
    return passed + [_sentence(line, piece, language) for line in cart.changes for piece in line.news]


def _sentence(line: CartLine, piece: CartNews, language: str) -> str:
    there = whole_pieces(line.available, line.piece_weight)
    left = wording.portion(there, line.unit, line.piece_weight, language)
    before = line.price_change.before if line.price_change else line.price
    words = {"name": line.name(language), "left": left, "before": before, "now": line.price}
    return _words(line, piece) % words


def _words(line: CartLine, piece: CartNews) -> str:
    match piece:
        case CartNews.PRICE:
            return _("%(name)s now costs %(now)s, it was %(before)s.")
        case CartNews.SHORT:
            return (
                _("%(name)s: only %(left)s left.")
                if whole_pieces(line.available, line.piece_weight)
                else _("%(name)s is sold out.")
            )
        case CartNews.BACK_IN_STOCK:
            return _("%(name)s is there again.")
        case CartNews.WITHDRAWN:
            return _("%(name)s is no longer sold here.")
        case CartNews.SOLD_AGAIN:
            return _("%(name)s is sold here again.")
        case CartNews.OFFER_ENDED:
            return _("%(name)s: an offer has ended.")
