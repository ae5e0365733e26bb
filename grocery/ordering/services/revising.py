"""A change that needs more money than is held waits for it as a revision, its additional goods held meanwhile."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from grocery.catalog import public as catalog
from grocery.delivery import public as delivery
from grocery.inventory import public as inventory
from grocery.kernel.errors import DomainError
from grocery.kernel.money import Money, dong
from grocery.kernel.outbox import publish
from grocery.kernel.principal import Principal
from grocery.ordering import models, policies
from grocery.ordering.contracts import ChangeKind, Edited, OrderState, RevisionState, SlotMove
from grocery.ordering.contracts.plans import Plan
from grocery.ordering.events import OrderChanged, OrderChangeNotMade, OrderedLine
from grocery.ordering.services import editing, planning, transitions, write_change
from grocery.ordering.services.planning import Now
from grocery.payments import public as payments

log = structlog.get_logger(__name__)


def wait(
    here: Now, plan: Plan, seen: Edited, *, by: Principal, note: str, now: datetime, replaces: str | None = None
) -> Edited:
    """Keep what is additional, and the new place, until the top-up is there; the locked order stays as it is.

    `replaces`: who kept goods for a change before this one.
    """
    order = here.order
    assert seen.revision_id is not None
    assert seen.pay_by is not None
    revision = models.Revision.objects.create(
        id=seen.revision_id,
        order=order,
        plan=models.kept_plan(plan),
        changes=order.changes.count(),
        total=plan.total.minor,
        actor=by.kind,
        actor_id=by.id,
        note=note,
        made_at=now,
    )
    _keep(here, plan, revision, until=seen.pay_by, replaces=replaces, now=now)
    to_pay = payments.raise_to(
        order_id=order.id, amount=plan.ceiling, reference=revision.id, now=now, until=seen.pay_by
    )
    return replace(seen, to_pay=to_pay)


def asked_before(order: models.Order, plan: Plan) -> models.Revision | None:
    """The revision that waits for money, where it is this very change: who asks again has not heard of it."""
    revision = models.Revision.objects.waiting_for(order.id).first()
    if revision is None or revision.changes != order.changes.count():
        return None
    return revision if revision.planned() == plan else None


def wait_on(order: models.Order, seen: Edited, *, now: datetime) -> Edited:
    """The change waits already: nothing is asked for anew, and its time is not prolonged."""
    assert seen.revision_id is not None
    to_pay = payments.raise_to(order_id=order.id, amount=seen.ceiling, reference=seen.revision_id, now=now)
    return replace(seen, to_pay=to_pay, pay_by=payments.payment(order_id=order.id).pay_until or seen.pay_by)


def _keep(
    here: Now, plan: Plan, revision: models.Revision, *, until: datetime, replaces: str | None, now: datetime
) -> None:
    """The place, then the goods, under the revision's own name; what was kept for another change is free."""
    order = here.order
    if plan.window:
        delivery.hold(
            slot_id=plan.window.slot_id,
            holder=revision.holder,
            until=until,
            store_id=order.store_id,
            now=now,
        )
    if demands := planning.additional(here, plan):
        inventory.reserve(
            holder=revision.holder,
            location=catalog.StoreId(order.store_id),
            demands=demands,
            good_on=plan.window.day if plan.window else order.slot_day,
            until=until,
            now=now,
            replaces=replaces,
        )
    elif replaces:
        inventory.release(holder=replaces, now=now)


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


def stop_waiting(order: models.Order, *, now: datetime, tell: bool = True) -> str | None:
    """Something else comes first: what waited for a locked order is off. Who keeps its goods, for the caller to free.

    Its place is given back at once: places are locked before goods. `tell` False: what comes first says enough (the
    order is cancelled). Its top-up is let go with what the caller does about the money.
    """
    revision = models.Revision.objects.waiting_for(order.id).first()
    if revision is None:
        return None
    _stop(order, revision, tell=tell, now=now)
    return revision.holder


def withdraw_waiting(order: models.Order, *, now: datetime) -> None:
    """A locked order is wanted as it is after all: what waited is off, and what was authorised for it is let go."""
    if holder := stop_waiting(order, now=now):
        inventory.release(holder=holder, now=now)
        payments.lower_to(order_id=order.id, amount=order.ceiling, now=now)


def _applied(order: models.Order, revision: models.Revision, now: datetime) -> bool:
    """Whether it could be applied: picking has not begun, nothing else has changed, goods and place are there."""
    plan, before = revision.planned(), dong(order.total)
    if plan is None or not policies.may_be_reduced(OrderState(order.state)):
        return False
    if order.changes.count() != revision.changes:
        return False
    try:
        with transaction.atomic():
            moved = editing.write(planning.look(order), plan, now=now, by=None, keeper=revision.holder)
    except DomainError as error:
        log.warning("revision_no_longer_fits", order_id=str(order.id), code=error.code)
        return False
    revision.end(RevisionState.APPLIED, now)
    tell(order, plan, before, moved, by=revision.actor, by_id=revision.actor_id, note=revision.note, now=now)
    return True


def _end(order: models.Order, revision: models.Revision, *, now: datetime) -> None:
    """Nothing comes of it: place and goods are free."""
    _stop(order, revision, tell=True, now=now)
    inventory.release(holder=revision.holder, now=now)


def _stop(order: models.Order, revision: models.Revision, *, tell: bool, now: datetime) -> None:
    revision.end(RevisionState.ENDED, now)
    delivery.let_go(holder=revision.holder, beside=order.id)
    if tell:
        publish(
            OrderChangeNotMade(
                order_id=order.id, number=order.number, customer_id=order.customer_id, revision_id=revision.id
            )
        )


def tell(
    order: models.Order,
    plan: Plan,
    before: Money,
    moved: SlotMove | None,
    *,
    by: str,
    by_id: UUID | None,
    note: str,
    now: datetime,
) -> None:
    """Write the change down, and let everybody know what the order is now."""
    changes = plan.changes
    write_change.record(
        order, ChangeKind.EDITED, changes, before=before, actor=by, actor_id=by_id, moved=moved, note=note, now=now
    )
    publish(
        OrderChanged(
            order_id=order.id,
            number=order.number,
            customer_id=order.customer_id,
            store_id=order.store_id,
            by=by,
            more=tuple(OrderedLine(c.sku, c.after - c.before) for c in changes if c.after > c.before),
            less=tuple(OrderedLine(c.sku, c.before - c.after) for c in changes if c.after < c.before),
            total_before=before,
            total=dong(order.total),
            slot_id=plan.window.slot_id if plan.window else None,
        )
    )
