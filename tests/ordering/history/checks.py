"""Whether what the shop shows is what the model says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from grocery.kernel import clock
from grocery.ledger import public as ledger
from grocery.ledger.models import OrderBook
from grocery.ordering import public as ordering
from grocery.payments.models import Payment
from tests.ordering.history.orders import Bought
from tests.ordering.history.prices import Effects, largest_remainder
from tests.ordering.history.world import may_stand_in


def lowered(shown: ordering.CartLine | ordering.OrderLineView) -> Effects:
    """What is taken off a line, by whom."""
    found: Effects = Counter()
    for effect in shown.adjustments:
        by = effect.offer_id or ("near" if effect.kind is ordering.OfferKind.NEAR_EXPIRY else "agreed")
        found[by] -= effect.amount.minor
    return found


def named(effects: Effects) -> Effects:
    """The markdowns of a line as one."""
    found: Effects = Counter()
    for by, amount in effects.items():
        found["near" if isinstance(by, str) and by.startswith("near") else by] += amount
    return found


def check_order(order: ordering.OrderView, bought: Bought) -> None:
    lines = {line.sku: line for line in order.lines}
    assert {sku: line.quantity for sku, line in lines.items()} == {
        sku: line.quantity for sku, line in bought.lines.items() if line.quantity
    }
    for sku, line in lines.items():
        mine = bought.lines[sku]
        assert (line.price.minor, line.list_amount.minor, line.amount.minor) == (mine.price, mine.whole, mine.net), (
            sku
        )
        assert lowered(line) == named(mine.effects), "each line's price is explained by the rules"
        near = [effect.quantity for effect in line.adjustments if effect.kind is ordering.OfferKind.NEAR_EXPIRY]
        assert sum(near) <= sum(mine.near.values())
        assert not line.replaces or may_stand_in(sku, line.replaces)
    assert order.total.minor == bought.total
    assert order.total == order.subtotal - order.discount + order.fee - order.fee_discount
    assert (order.fee.minor, order.fee_discount.minor) == (bought.fee, bought.fee_discount)
    assert {effect.offer_id for effect in order.fee_adjustments} == ({bought.free_by} - {None})
    assert order.ceiling.minor == bought.ceiling
    assert order.slot_day == bought.slot.day
    assert [(part.rate, part.gross.minor, part.vat.minor) for part in order.vat] == vat(bought)
    assert (order.charged and order.charged.minor) == bought.charged
    assert bought.charged is None or bought.charged <= bought.ceiling


def check_books(orders: Iterable[Bought]) -> None:
    """What each order was charged and what came off it is in the books, and all of them together come to nothing."""
    found = {book.order_id: book for book in OrderBook.objects.all()}
    assert found.keys() == {bought.id for bought in orders if bought.charged is not None}
    for bought in orders:
        if bought.charged is not None:
            nothing_is_collected = bought.state == "cancelled" and not bought.by_card
            back = sum(one.amount for one in bought.back.returns if one.state == "settled")
            book = found[bought.id]
            assert (book.charged, -book.reduced) == (bought.charged, bought.charged if nothing_is_collected else back)
    sound = ledger.check(now=clock.now())
    assert (sound.off_by.minor, sound.wrong_sums) == (0, ())


def vat(bought: Bought) -> list[tuple[Decimal, int, int]]:
    """By rate what is in the amounts: all of it is rounded once, and spread by largest remainder."""
    rest = 8 if bought.slot.day.year < 2027 else 10
    amounts: Counter[int] = Counter({rest: bought.fee - bought.fee_discount})
    for line in bought.lines.values():
        if line.quantity:
            amounts[5 if line.by_weight else rest] += line.net if bought.charged is None else line.charged(line.found)
    exact = {rate: Fraction(amounts[rate] * rate, 100 + rate) for rate in sorted(amounts)}
    parts = largest_remainder(int(sum(exact.values()) + Fraction(1, 2)), list(exact.values()))
    return [(Decimal(rate), amounts[rate], part) for rate, part in zip(exact, parts, strict=True)]


def check_money(bought: Bought) -> None:
    """What is to be paid, held or collected is the order's."""
    live = [p for p in Payment.objects.filter(order_id=bought.id).order_by("number") if p.is_live()]
    if bought.charged is not None:
        asked = [p.captured or p.to_capture or 0 for p in live]
        assert sum(asked) == bought.charged - bought.back.not_collected()
        return
    waiting = bought.waiting if bought.waiting and not (bought.waiting.paid or bought.waiting.let_go) else None
    assert [p.amount for p in live if p.state == "authorised"] == (
        [bought.asked, *bought.top_ups] if bought.paid or not bought.by_card else []
    )
    assert [p.amount for p in live if p.state == "intended"] == (
        [waiting.top_up] if waiting else [bought.asked] if bought.by_card and not bought.paid else []
    )
    assert bought.asked + sum(bought.top_ups) >= bought.ceiling, "all that may be charged is held"
