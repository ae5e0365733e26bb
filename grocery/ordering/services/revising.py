"""A change that needs more money than is held waits for it as a revision, its additional goods held meanwhile."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.kernel.errors import DomainError
from grocery.kernel.money import Money, dong
from grocery.kernel.outbox import publish
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering import models, policies
from grocery.ordering.contracts import ChangeKind, Edited, OrderState, RevisionState
from grocery.ordering.events import OrderChanged, OrderChangeNotMade, OrderedLine
from grocery.ordering.services import editing, keeping, transitions, write_change
from grocery.ordering.services.editing import Draft
from grocery.ordering.services.withdrawing import withdraw
from grocery.payments import public as payments

log = structlog.get_logger(__name__)


def wait(wanted: Draft, seen: Edited, *, by: Principal, now: datetime) -> Edited:
    """Keep what is additional until the top-up is there; the locked order stays as it is."""
    order = wanted.order
    assert seen.revision_id is not None
    revision = models.Revision.objects.create(
        id=seen.revision_id,
        order=order,
        quantities=models.kept_as_text({change.sku: change.after for change in wanted.changes}),
        prices={sku: price.minor for sku, price in wanted.prices.items()},
        changes=order.changes.count(),
        total=seen.total.minor,
        actor=by.kind,
        actor_id=by.id,
        made_at=now,
    )
    inventory.reserve(
        holder=revision.holder,
        location=catalog.StoreId(order.store_id),
        demands=_additional(wanted),
        good_on=order.slot_day,
        until=seen.pay_by,
        now=now,
    )
    to_pay = payments.raise_to(
        order_id=order.id, amount=seen.ceiling, reference=revision.id, now=now, until=seen.pay_by
    )
    return replace(seen, to_pay=to_pay)


def asked_before(wanted: Draft) -> models.Revision | None:
    """The revision that waits for money, where it is this very change: who asks again has not heard of it."""
    revision = models.Revision.objects.waiting_for(wanted.order.id).first()
    if revision is None or revision.changes != wanted.order.changes.count():
        return None
    after = {change.sku: change.after for change in wanted.changes}
    return revision if (revision.wanted(), revision.agreed_prices()) == (after, wanted.prices) else None


def wait_on(order: models.Order, seen: Edited, *, now: datetime) -> Edited:
    """The change waits already: nothing is asked for anew, and its time is not prolonged."""
    assert seen.revision_id is not None
    to_pay = payments.raise_to(order_id=order.id, amount=seen.ceiling, reference=seen.revision_id, now=now)
    return replace(seen, to_pay=to_pay, pay_by=payments.payment(order_id=order.id).pay_until or seen.pay_by)


def _additional(wanted: Draft) -> list[inventory.Demand]:
    has = {line.sku: Quantity(line.quantity) for line in wanted.lines}
    return [
        inventory.Demand(
            catalog.Sku(sku),
            Quantity(amount - has.get(sku, ZERO)),
            wanted.products[catalog.Sku(sku)].min_freshness_days,
        )
        for sku, amount in wanted.more.items()
    ]


@transaction.atomic
def paid(*, order_id: UUID, revision_id: UUID, now: datetime) -> None:
    """The top-up is held: the order becomes what was wanted, whole; what no longer fits is let go again."""
    order = transitions.lock(order_id)
    revision = models.Revision.objects.waiting_for(order_id).with_id(revision_id).first()
    if revision is not None and _applied(order, revision, now):
        return
    if revision is not None:
        _end(order, revision, now=now)
    order.refresh_from_db()
    with suppress(payments.PaymentIs):  # charged already, or off, which lets go of what it does not take
        if order.state == OrderState.CANCELLED:
            payments.request_cancellation(order_id=order.id, now=now)
        else:
            payments.lower_to(order_id=order.id, amount=order.ceiling, now=now)


@transaction.atomic
def not_paid(*, order_id: UUID, revision_id: UUID, now: datetime) -> None:
    """The top-up will not come: the order stays as it is, the additional goods are free."""
    order = transitions.lock(order_id)
    revision = models.Revision.objects.waiting_for(order_id).with_id(revision_id).first()
    if revision is not None:
        _end(order, revision, now=now)


def end_waiting(order: models.Order, *, now: datetime, tell: bool = True) -> None:
    """Something else comes first: what waited for a locked order is off, its goods are free.

    `tell` False: what comes first says enough (the order is cancelled). Its top-up is let go with the order's money.
    """
    revision = models.Revision.objects.waiting_for(order.id).first()
    if revision is not None:
        _end(order, revision, tell=tell, now=now)


def _applied(order: models.Order, revision: models.Revision, now: datetime) -> bool:
    """Whether it could be applied: picking has not begun, nothing else has changed, the goods are there."""
    if not policies.may_be_reduced(OrderState(order.state)) or order.changes.count() != revision.changes:
        return False
    try:
        with transaction.atomic():
            wanted = editing.draft(order, revision.wanted(), prices=revision.agreed_prices())
            before, lines = dong(order.total), editing.write(wanted)
            withdraw(order, wanted.touched, by=None, now=now)
            keeping.keep(order, lines, now=now, replaces=revision.holder)
    except DomainError as error:
        log.warning("revision_no_longer_fits", order_id=str(order.id), code=error.code)
        return False
    revision.end(RevisionState.APPLIED, now)
    tell(wanted, before, by=revision.actor, by_id=revision.actor_id, now=now)
    return True


def _end(order: models.Order, revision: models.Revision, *, tell: bool = True, now: datetime) -> None:
    revision.end(RevisionState.ENDED, now)
    inventory.release(holder=revision.holder, now=now)
    if tell:
        publish(
            OrderChangeNotMade(
                order_id=order.id, number=order.number, customer_id=order.customer_id, revision_id=revision.id
            )
        )


def tell(wanted: Draft, before: Money, *, by: str, by_id: UUID | None, now: datetime) -> None:
    """Write the change down, and let everybody know what the order is now."""
    order = wanted.order
    write_change.record(order, ChangeKind.EDITED, wanted.changes, before=before, actor=by, actor_id=by_id, now=now)
    publish(
        OrderChanged(
            order_id=order.id,
            number=order.number,
            customer_id=order.customer_id,
            store_id=order.store_id,
            by=by,
            more=tuple(OrderedLine(c.sku, c.after - c.before) for c in wanted.changes if c.after > c.before),
            less=tuple(OrderedLine(c.sku, c.before - c.after) for c in wanted.changes if c.after < c.before),
            total_before=before,
            total=dong(order.total),
        )
    )
