"""What an order is charged, and what of it is taken back, as facts for the books. Under the order's lock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from grocery.kernel.money import Money, dong, total
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering import models
from grocery.ordering.contracts import Adjustment, OrderState, PaymentMethod
from grocery.ordering.contracts.charges import ChargedLine
from grocery.ordering.events import ChargeReduced, OrderCharged
from grocery.ordering.policies import charges
from grocery.ordering.policies.charges import Back, Share


def charged(
    order: models.Order, lines: Sequence[models.OrderLine], whole: Money, *, by: UUID | None, now: datetime
) -> OrderCharged:
    """What these packed lines and the fee are charged; `whole` is what they come to."""
    effects = _effects(order)
    shares = [_share(line, effects) for line in lines]
    parts, offers = charges.charged(shares, _fee(order, effects))
    assert total(part.total for part in parts) == whole, "what is told is what is charged"
    return OrderCharged(
        order_id=order.id,
        number=order.number,
        customer_id=order.customer_id,
        store_id=order.store_id,
        total=whole,
        parts=parts,
        offers=offers,
        at=now,
        by=by,
        lines=tuple(
            _line(line, line.packed, share.amount + share.discount)
            for line, share in zip(lines, shares, strict=True)
            if line.packed
        ),
    )


def reduced(order: models.Order, row: models.OrderReturn, *, now: datetime) -> list[ChargeReduced]:
    """By how much less is owed now that this return is settled; nothing where nothing was owed any more.

    Where an order that was to be paid in cash ends at the door or before it, nothing is collected: the fee, too, is
    not owed.
    """
    rows = list(models.OrderLine.objects.of_order(order.id))
    lines, fee = [_share(line, {}) for line in rows], _fee(order, {})
    settled = list(models.OrderReturn.objects.of_order(order.id).settled())
    earlier = [one for one in settled if one.id != row.id]
    before = _back(earlier)
    nothing_is_collected = order.state == OrderState.CANCELLED and order.method == PaymentMethod.CASH_ON_DELIVERY
    if nothing_is_collected and _ended_before(order, row):
        return []
    after = Back.everything(lines, fee) if nothing_is_collected else _back(settled)
    parts = charges.taken_back(lines, fee, before=before, after=after)
    if not parts:
        return []
    return [
        ChargeReduced(
            order_id=order.id,
            number=order.number,
            customer_id=order.customer_id,
            store_id=order.store_id,
            return_id=row.id,
            kind=row.kind,
            total=total(part.total for part in parts),
            parts=parts,
            at=now,
            by=row.decided_by,
            lines=tuple(_lines_left(rows, earlier) if nothing_is_collected else _lines_of([row])),
        )
    ]


def _ended_before(order: models.Order, row: models.OrderReturn) -> bool:
    """Whether the order ended with another return than this, which is newer."""
    return models.OrderReturn.objects.of_order(order.id).newer_than(row.id).exists()


def _back(rows: Sequence[models.OrderReturn]) -> Back:
    goods: dict[Decimal, Money] = {}
    for line in (line for row in rows for line in row.lines.all() if line.accepted):
        rate = line.line.vat_rate
        goods[rate] = goods.get(rate, dong(0)) + dong(line.amount)
    return Back(goods, dong(sum(row.fee_back for row in rows)))


def _lines_of(returns: Sequence[models.OrderReturn]) -> Iterator[ChargedLine]:
    """What came back with these."""
    for line in (line for row in returns for line in row.lines.all() if line.accepted):
        yield _line(line.line, line.quantity, dong(line.amount))


def _lines_left(rows: Sequence[models.OrderLine], earlier: Sequence[models.OrderReturn]) -> Iterator[ChargedLine]:
    """What had been packed and had not come back before."""
    quantities: dict[str, Decimal] = defaultdict(Decimal)
    amounts: dict[str, Money] = defaultdict(lambda: dong(0))
    for back in _lines_of(earlier):
        quantities[back.sku] += back.quantity
        amounts[back.sku] += back.amount
    for row in rows:
        quantity = (row.packed or Decimal(0)) - quantities[row.sku]
        if quantity > 0:
            yield _line(row, quantity, dong(row.packed_amount or 0) - amounts[row.sku])


def _line(line: models.OrderLine, quantity: Decimal, amount: Money) -> ChargedLine:
    return ChargedLine(line.sku, line.name_en, line.name_vi, line.unit, quantity, line.vat_rate, amount)


def _share(line: models.OrderLine, effects: Mapping[str, Sequence[Adjustment]]) -> Share:
    off = charges.discount_as_packed(dong(line.discount), Quantity(line.quantity), line.packed or ZERO)
    return Share(line.vat_rate, dong(line.packed_amount or 0), off, effects.get(line.sku, ()))


def _fee(order: models.Order, effects: Mapping[str, Sequence[Adjustment]]) -> Share:
    paid = dong(order.fee - order.fee_discount)
    return Share(order.fee_vat_rate, paid, dong(order.fee_discount), effects.get("", ()))


def _effects(order: models.Order) -> dict[str, list[Adjustment]]:
    """What lowered each line, by SKU, and the fee, by nothing."""
    found: dict[str, list[Adjustment]] = {}
    if order.discount or order.fee_discount:
        for row in models.OrderAdjustment.objects.of_order(order.id):
            found.setdefault(row.sku, []).append(row.effect())
    return found
