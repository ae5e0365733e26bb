"""An order that was placed is paid in another way than its customer chose first. See docs/adr/0207."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from grocery.kernel.errors import Invalid
from grocery.kernel.money import dong
from grocery.kernel.outbox import publish
from grocery.kernel.principal import Principal
from grocery.ordering import models
from grocery.ordering.contracts import (
    PAID_OTHERWISE,
    ChangeKind,
    OrderId,
    OrderState,
    PaymentMethod,
    TenderChange,
    TenderFixed,
    TenderToCome,
)
from grocery.ordering.events import OrderTenderChanged
from grocery.ordering.services import transitions, write_change
from grocery.ordering.services.place_order import window
from grocery.payments import public as payments


@transaction.atomic
def change_tender(*, order_id: UUID, method: PaymentMethod, by: Principal, note: str, now: datetime) -> TenderToCome:
    """See `public.change_tender`."""
    order = transitions.lock(order_id, by=by)
    _check(order, method, by, note, now)
    unpaid_until = order.pay_by if order.state == OrderState.PLACED else None
    try:
        seen = payments.change_tender(
            order_id=order.id,
            amount=order.ceiling,
            method=payments.Method(method.value),
            until=unpaid_until or now + window(),
            now=now,
        )
    except payments.PaymentIs:
        raise TenderFixed(order.number) from None
    _becomes(order, PaymentMethod(seen.method.value), by=by.kind, by_id=by.id, note=note, now=now)
    return TenderToCome(
        order_id=OrderId(order.id),
        method=PaymentMethod(seen.method.value),
        changes_to=PaymentMethod(seen.changes_to.value) if seen.changes_to else None,
        to_pay=seen.to_pay,
        pay_until=seen.pay_until if seen.changes_to else None,
    )


@transaction.atomic
def follow(*, order_id: UUID, method: str, now: datetime) -> None:
    """The customer has paid in the other way; known already where that took effect at once."""
    order = transitions.lock(order_id)
    _becomes(order, PaymentMethod(method), by="customer", by_id=order.customer_id, note="", now=now)


def _check(order: models.Order, method: PaymentMethod, by: Principal, note: str, now: datetime) -> None:
    over = order.state == OrderState.PLACED and order.pay_by is not None and now >= order.pay_by
    if over or OrderState(order.state) not in PAID_OTHERWISE:
        raise TenderFixed(order.number)
    if by.kind != "staff":
        return
    if method is not PaymentMethod.CASH_ON_DELIVERY:
        raise Invalid("method", "Only the customer can pay in that way.", "Chỉ khách hàng mới trả được như vậy.")
    if not note.strip():
        raise Invalid("note", "Say why.", "Hãy ghi lý do.")


def _becomes(
    order: models.Order, method: PaymentMethod, *, by: str, by_id: UUID | None, note: str, now: datetime
) -> None:
    """The locked order is paid by `method`: on its timeline, and told."""
    change = TenderChange(PaymentMethod(order.method), method)
    if change.before is change.after:
        return
    order.method = method.value
    order.save(update_fields=["method"])
    write_change.record(
        order,
        ChangeKind.TENDER,
        [],
        before=dong(order.total),
        actor=by,
        actor_id=by_id,
        note=note,
        tender=change,
        now=now,
    )
    publish(
        OrderTenderChanged(
            order_id=order.id,
            number=order.number,
            customer_id=order.customer_id,
            before=change.before,
            method=change.after,
            by=by,
            is_confirmed=order.state != OrderState.PLACED,
        )
    )
