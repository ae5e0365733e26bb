"""From the store to the door: each step once, told as a fact."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from grocery.delivery import models, policies
from grocery.delivery.contracts import DeliveryState, Mode, WrongStep
from grocery.delivery.events import DeliveryCompleted, DeliveryDispatched, DeliveryFailed
from grocery.kernel.errors import NotFound
from grocery.kernel.outbox import publish


@transaction.atomic
def dispatch(*, order_id: UUID, driver: str, now: datetime, by: UUID | None) -> None:
    """The goods leave the store."""
    if _step(order_id, DeliveryState.OUT_FOR_DELIVERY, now=now, by=by, note=driver, driver=driver):
        publish(DeliveryDispatched(order_id=order_id))


@transaction.atomic
def complete(*, order_id: UUID, proof_note: str, now: datetime, by: UUID | None) -> None:
    """The customer has the goods."""
    if _step(order_id, DeliveryState.DELIVERED, now=now, by=by, note=proof_note, proof_note=proof_note):
        publish(DeliveryCompleted(order_id=order_id))


@transaction.atomic
def fail(*, order_id: UUID, reason: str, now: datetime, by: UUID | None) -> None:
    """The goods come back."""
    if _step(order_id, DeliveryState.FAILED, now=now, by=by, note=reason):
        publish(DeliveryFailed(order_id=order_id, reason=reason))


@transaction.atomic
def cancel(*, order_id: UUID, now: datetime, by: UUID | None) -> None:
    """The order is off; its place in the slot is free again."""
    if delivery := _step(order_id, DeliveryState.CANCELLED, now=now, by=by, note=""):
        models.Slot.objects.give_back_one(delivery.slot_id)


def _step(
    order_id: UUID, wanted: DeliveryState, *, now: datetime, by: UUID | None, note: str, **fields: str
) -> models.Delivery | None:
    """Lock the delivery and move it on; None when it is there already. Raises NotFound, WrongStep."""
    delivery = models.Delivery.objects.of_order(order_id).locked().first()
    if delivery is None:
        raise NotFound("delivery", order_id)
    state = DeliveryState(delivery.state)
    if state is wanted:
        return None
    if not policies.may_become(mode=Mode(delivery.mode), state=state, wanted=wanted):
        raise WrongStep(state, wanted)
    delivery.state = wanted.value
    for name, value in fields.items():
        setattr(delivery, name, value)
    delivery.save(update_fields=["state", *fields])
    models.DeliveryStep.objects.create(delivery=delivery, state=wanted.value, at=now, by=by, note=note)
    return delivery
