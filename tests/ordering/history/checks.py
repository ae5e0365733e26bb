"""Whether what the shop shows is what the model says."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from grocery.ordering import public as ordering
from grocery.payments.models import Payment
from tests.ordering.history.orders import Bought
from tests.ordering.history.prices import Rule, Wanted
from tests.ordering.history.world import may_stand_in


def check_explained(shown: ordering.CartLine, wanted: Wanted, rules: Mapping[UUID, Rule]) -> None:
    """Each part of what is off names a rule that counts for it; the units near their date are those there are."""
    assert shown.list_amount.minor == wanted.listed
    assert shown.amount.minor == wanted.listed + sum(effect.amount.minor for effect in shown.adjustments)
    near = dict[str, Decimal]()
    alone = 0
    for effect in shown.adjustments:
        assert effect.amount.minor < 0
        if effect.offer_id is None:
            near[effect.kind.value] = near.get(effect.kind.value, Decimal(0)) + effect.quantity
        else:
            assert rules[effect.offer_id].touches(shown.sku)
            assert rules[effect.offer_id].kind == effect.kind.value
            alone += not rules[effect.offer_id].stackable
    assert near.keys() <= {"near_expiry"}
    assert sum(near.values()) <= sum(units for _, units in wanted.near)
    assert alone <= 1 + len(wanted.near), "one offer per unit"


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
        near = [effect.quantity for effect in line.adjustments if effect.kind.value == "near_expiry"]
        assert sum(near) <= sum(mine.near.values())
        off = sum(effect.amount.minor for effect in line.adjustments)
        assert line.amount.minor == line.list_amount.minor + off
        assert not line.replaces or may_stand_in(sku, line.replaces)
    assert order.total.minor == bought.total
    assert order.total == order.subtotal - order.discount + order.fee - order.fee_discount
    assert order.ceiling.minor == bought.ceiling
    assert (order.charged and order.charged.minor) == bought.charged
    assert bought.charged is None or bought.charged <= bought.ceiling


def check_money(bought: Bought) -> None:
    """What is to be paid, held or collected is the order's."""
    live = [p for p in Payment.objects.filter(order_id=bought.id).order_by("number") if p.is_live()]
    if bought.charged is not None:
        asked = [p.captured or p.to_capture or 0 for p in live]
        assert sum(asked) == bought.charged
        return
    waiting = bought.waiting if bought.waiting and not (bought.waiting.paid or bought.waiting.let_go) else None
    assert [p.amount for p in live if p.state == "authorised"] == (
        [bought.asked, *bought.top_ups] if bought.paid or not bought.by_card else []
    )
    assert [p.amount for p in live if p.state == "intended"] == (
        [waiting.top_up] if waiting else [bought.asked] if bought.by_card and not bought.paid else []
    )
    assert bought.asked + sum(bought.top_ups) >= bought.ceiling, "all that may be charged is held"
