"""The shelf holds less than was ordered."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from grocery.kernel.principal import Principal
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering import models
from grocery.ordering.contracts import Candidate, SubstitutionState
from grocery.ordering.contracts.picking import NothingMissing, Shortage, ShortOutcome
from grocery.ordering.services import pick_items, substituting, transitions
from grocery.ordering.services.pick_check import found_of


def instead_of(*, order_id: UUID, sku: str, by: Principal, now: datetime) -> tuple[Candidate, ...]:
    """See `public.picking.instead_of`."""
    order = models.Order.objects.with_id(order_id).first()
    missing = _missing(order, sku) if order else ZERO
    if missing <= 0:
        raise NothingMissing(sku)
    return substituting.propose(order_id=order_id, sku=sku, quantity=missing, by=by, now=now)


@transaction.atomic
def pick_short(*, shortage: Shortage, by: Principal, now: datetime) -> ShortOutcome:
    """See `public.picking.pick_short`."""
    order = transitions.lock(shortage.order_id, by=by)
    if known := models.ShortPick.objects.with_id(shortage.id).first():  # also where that was the end of the order
        return ShortOutcome(known.outcome)
    pick_items.check_being_picked(order, by=by)
    missing = _missing(order, shortage.sku)
    if missing <= 0:
        raise NothingMissing(shortage.sku)
    outcome = _settle(shortage, missing, by, now)
    models.ShortPick.objects.create(
        id=shortage.id,
        order=order,
        sku=shortage.sku,
        missing=missing,
        outcome=outcome.value,
        with_sku=shortage.with_sku or "",
        at=now,
        by=by.signed_in(),
    )
    return outcome


def _settle(shortage: Shortage, missing: Quantity, by: Principal, now: datetime) -> ShortOutcome:
    """Leave it out, or do what the customer chose for the line: replace at once, or ask."""
    order_id, sku = shortage.order_id, shortage.sku
    if shortage.with_sku is None:
        substituting.leave_out(order_id=order_id, sku=sku, quantity=missing, by=by, now=now)
        return ShortOutcome.LEFT_OUT
    done = substituting.substitute(
        order_id=order_id, sku=sku, with_sku=shortage.with_sku, quantity=missing, by=by, now=now
    )
    return ShortOutcome.ASKED if done.state is SubstitutionState.ASKED else ShortOutcome.REPLACED


def _missing(order: models.Order, sku: str) -> Quantity:
    line = pick_items.line_of(order, sku)
    return Quantity(line.quantity - found_of(order.id).get(sku, ZERO))
