"""What may come instead, as pages show it and as their forms say it."""

from __future__ import annotations

from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from grocery.inventory.public import OutOfStock
from grocery.ordering import public as ordering
from grocery.storefront import wording

#: How many are shown to choose from; the best come first.
MOST: Final = 5
#: What the fields are called by which a customer says what comes instead of a SKU.
_FIELD: Final = "instead-"


def other(one: ordering.Candidate, language: str) -> dict[str, Any]:
    """A candidate: what it is, how much of it, and for how much."""
    return {
        "sku": one.sku,
        "name": one.name(language),
        "image": one.image,
        "tint": one.tint,
        "price": one.price * one.quantity,
        "usual": one.list_price * one.quantity if one.list_price != one.price else None,
        "quantity": _how_much(one, language),
        "chosen": one.chosen,
    }


def _how_much(one: ordering.Candidate, language: str) -> str:
    """So much of it; one piece goes without saying."""
    if one.unit == "piece" and one.quantity == 1:
        return ""
    return wording.portion(one.quantity, one.unit, one.piece_weight, language)


def short(error: OutOfStock, cart: ordering.CartView | None, language: str) -> str:
    """What is missing, by the names that the cart has for it."""
    lines = {line.sku: line for line in cart.lines} if cart else {}
    missing = [
        f"{lines[sku].name(language)} (−{wording.measure(amount, lines[sku].unit, language)})"
        if sku in lines
        else sku
        for sku, amount in error.shortages.items()
    ]
    return _("Not enough in stock: %(missing)s. Please change the cart.") % {"missing": ", ".join(missing)}


def proposals(asked: ordering.SubstitutesProposed, cart: ordering.CartView, language: str) -> list[dict[str, Any]]:
    """What is short at checkout, each with what may come instead."""
    lines = {line.sku: line for line in cart.lines}
    return [
        {
            "field": f"{_FIELD}{one.sku}",
            "name": lines[one.sku].name(language) if one.sku in lines else one.sku,
            "missing": _missing(one, lines, language),
            "others": [other(candidate, language) for candidate in one.candidates[:MOST]],
        }
        for one in asked.proposals
    ]


def _missing(one: ordering.Proposal, lines: dict[str, ordering.CartLine], language: str) -> str:
    line = lines.get(one.sku)
    if line is None:
        return wording.measure(one.missing, "", language)
    return wording.portion(one.missing, line.unit, line.piece_weight, language)


def answers(posted: QueryDict) -> dict[str, str | None]:
    """What the customer said about each SKU that is short: another SKU, or None for leaving it out."""
    said = {name.removeprefix(_FIELD): str(value) for name, value in posted.items() if name.startswith(_FIELD)}
    return {sku: wanted or None for sku, wanted in said.items()}
