"""Something else instead, or nothing: what that does to the lines and the sums of a locked order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from grocery.kernel.money import Money, dong
from grocery.kernel.outbox import publish
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering import models, policies
from grocery.ordering.contracts import CancelReason, ChangeKind, LineChange
from grocery.ordering.events import LineLeftOut, LineSubstituted
from grocery.ordering.services import cancel_order, keeping, reckoning, write_change


def replace(
    order: models.Order, row: models.Substitution, *, by: Principal | None, now: datetime, kept: bool = False
) -> None:
    """Less of the original, so much of the substitute, at the lower of the two prices; both are kept for the order.

    `row` is settled already. Where less of the original is left than was asked about, less comes instead. `kept`: the
    goods are reserved already.
    """
    lines, line = lines_of(order, row.sku)
    before, taken = dong(order.total), Quantity(min(row.quantity, line.quantity))
    change = write_change.of_line(line, after=Quantity(line.quantity - taken))
    freed = reckoning.freed_by(line, taken)
    reckoning.take_off(order, lines, {line.sku: change.after})
    new = _put_in(lines, line, row, taken, freed)
    changes = [change, LineChange(new.sku, new.name_en, new.name_vi, new.unit, ZERO, Quantity(new.quantity))]
    reckoning.add_up(order, [*lines, new])
    if not kept:
        keeping.keep(order, [*lines, new], now=now)
    write_change.write_change(order, ChangeKind.SUBSTITUTED, changes, before=before, by=by, now=now)
    publish(
        LineSubstituted(
            order_id=order.id,
            number=order.number,
            customer_id=order.customer_id,
            store_id=order.store_id,
            sku=line.sku,
            quantity=taken,
            with_sku=new.sku,
            with_quantity=new.quantity,
            by=by.kind if by else "system",
            total=dong(order.total),
        )
    )


def leave_out(
    order: models.Order,
    sku: str,
    quantity: Quantity,
    *,
    by: Principal | None,
    now: datetime,
    kept: bool = False,
) -> None:
    """Less of this, and less to pay; with nothing left in it the order ends."""
    lines, line = lines_of(order, sku)
    before, taken = dong(order.total), Quantity(min(quantity, line.quantity))
    change = write_change.of_line(line, after=Quantity(line.quantity - taken))
    if sum(one.quantity for one in lines) == taken:
        cancel_order.call_off(order, CancelReason.OUT_OF_STOCK, by=by, note="", now=now)
        return
    reckoning.take_off(order, lines, {line.sku: change.after})
    if not kept:
        keeping.keep(order, lines, now=now)
    write_change.write_change(order, ChangeKind.LEFT_OUT, [change], before=before, by=by, now=now)
    publish(
        LineLeftOut(
            order_id=order.id,
            number=order.number,
            customer_id=order.customer_id,
            store_id=order.store_id,
            sku=sku,
            quantity=taken,
            by=by.kind if by else "system",
            total=dong(order.total),
        )
    )


def lines_of(order: models.Order, sku: str) -> tuple[list[models.OrderLine], models.OrderLine]:
    """All lines of the order, and among them the one of `sku`."""
    lines = list(models.OrderLine.objects.of_order(order.id))
    return lines, next(line for line in lines if line.sku == sku)


def _put_in(
    lines: Sequence[models.OrderLine],
    line: models.OrderLine,
    row: models.Substitution,
    taken: Quantity,
    freed: Money,
) -> models.OrderLine:
    """The substitute as a line of its own, for no more than the original would have cost."""
    quantity = policies.in_steps(Quantity(min(row.with_quantity, taken)), Quantity(row.with_step))
    price = policies.lower_of_two(policies.agreed_price(freed, taken), dong(row.with_price))
    return models.OrderLine.objects.create(
        order_id=line.order_id,
        position=max(one.position for one in lines) + 1,
        sku=row.with_sku,
        name_en=row.with_name_en,
        name_vi=row.with_name_vi,
        price=price.minor,
        unit=row.unit,
        vat_rate=row.with_vat_rate,
        step=row.with_step,
        piece_weight=row.with_piece_weight,
        quantity=quantity,
        amount=(price * quantity).minor,
        min_freshness_days=row.with_min_freshness_days,
        image=row.with_image,
        tint=row.with_tint,
        note=line.note,
        substitution=line.substitution,
        replaces=line.sku,
    )
