"""Something ran out: what the customer chose for that case is done, or the customer is asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from grocery.kernel.errors import NotFound
from grocery.kernel.outbox import publish
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering import models, policies
from grocery.ordering.contracts import (
    Candidate,
    NoSubstituteWanted,
    NotASubstitute,
    NotInOrder,
    NotSubstitutable,
    OrderState,
    Substitution,
    SubstitutionChoice,
    SubstitutionDefault,
    SubstitutionReason,
    SubstitutionState,
)
from grocery.ordering.events import SubstituteProposed
from grocery.ordering.services import (
    candidates,
    counters,
    keeping,
    reckoning,
    replacing,
    requests,
    show_substitutions,
    transitions,
)
from grocery.ordering.services.candidates import Found, Missing
from grocery.ordering.services.withdrawing import withdraw


def propose(*, order_id: UUID, sku: str, quantity: Quantity, by: Principal, now: datetime) -> tuple[Candidate, ...]:
    """What may stand in for so much of a line, the customer's own choice first. Nothing is promised by that."""
    order = models.Order.objects.with_id(order_id).first()
    if order is None or not transitions.may_touch(order, by):
        raise NotFound("order", order_id)
    return tuple(found.candidate for found in _found(order, sku, quantity, now))


@transaction.atomic
def substitute(
    *,
    order_id: UUID,
    sku: str,
    with_sku: str,
    quantity: Quantity,
    by: Principal,
    now: datetime,
    key: str | None = None,
) -> Substitution:
    """Replace at once, or ask, as the customer chose; an open question about the line is withdrawn by that."""
    order = transitions.lock(order_id, by=by)
    if requests.done_before(order, f"substitute {sku}", by=by, key=key, now=now):
        made = models.Substitution.objects.of_order(order.id).about(sku).last()
        assert made is not None, "it was written with the request"
        return show_substitutions.view(made, order)
    _check_open(order)
    line = _line(order, sku, quantity)
    if line.substitution == SubstitutionChoice.NONE:
        raise NoSubstituteWanted(sku)
    withdraw(order, [sku], by=by, now=now)
    found = next((one for one in _found(order, sku, quantity, now) if one.candidate.sku == with_sku), None)
    if found is None:
        raise NotASubstitute(sku, with_sku)
    asks = line.substitution == SubstitutionChoice.ASK
    state = SubstitutionState.ASKED if asks else SubstitutionState.CHOSEN
    row = write(order, line, quantity, found, SubstitutionReason.PICKING, state, by=by, now=now)
    if asks:
        _ask(order, row, now)
    else:
        replacing.replace(order, row, by=by, now=now)
    counters.substituted(SubstitutionState(row.state))
    return show_substitutions.view(row, order)


@transaction.atomic
def leave_out(
    *, order_id: UUID, sku: str, quantity: Quantity, by: Principal, now: datetime, key: str | None = None
) -> None:
    """So much of a line does not come; an open question about it is withdrawn."""
    order = transitions.lock(order_id, by=by)
    if requests.done_before(order, f"leave_out {sku}", by=by, key=key, now=now):
        return
    _check_open(order)
    _line(order, sku, quantity)
    withdraw(order, [sku], by=by, now=now)
    replacing.leave_out(order, sku, quantity, by=by, now=now)
    counters.left_out()


def write(
    order: models.Order,
    line: models.OrderLine,
    quantity: Quantity,
    found: Found,
    reason: SubstitutionReason,
    state: SubstitutionState,
    *,
    by: Principal,
    now: datetime,
) -> models.Substitution:
    """The substitution as a row: settled in `state` by `by`, or a question that waits for its answer."""
    asks = state is SubstitutionState.ASKED
    return models.Substitution.objects.create(
        order=order,
        sku=line.sku,
        name_en=line.name_en,
        name_vi=line.name_vi,
        unit=line.unit,
        piece_weight=line.piece_weight,
        quantity=quantity,
        agreed_price=policies.agreed_price(reckoning.freed_by(line, quantity), quantity).minor,
        image=line.image,
        tint=line.tint,
        **copied(found),
        reason=reason.value,
        state=state.value,
        default=SubstitutionDefault(settings.SUBSTITUTION_DEFAULT).value,
        asked_at=now,
        answer_by=None if not asks else now + timedelta(minutes=settings.SUBSTITUTION_ANSWER_MINUTES),
        answered_at=None if asks else now,
        answered_by="" if asks else by.kind,
    )


def copied(found: Found) -> dict[str, Any]:
    """The columns of a substitution that say what stands in, and for how much."""
    product, candidate = found.product, found.candidate
    return {
        "with_sku": product.sku,
        "with_name_en": product.name_en,
        "with_name_vi": product.name_vi,
        "with_quantity": candidate.quantity,
        "with_step": product.step,
        "with_piece_weight": product.piece_weight,
        "with_list_price": product.price.minor,
        "with_price": candidate.price.minor,
        "with_vat_rate": product.vat_rate,
        "with_min_freshness_days": product.min_freshness_days,
        "with_image": product.image,
        "with_tint": product.tint.value,
    }


def _ask(order: models.Order, row: models.Substitution, now: datetime) -> None:
    """Keep the proposed goods until the answer, and tell that there is a question."""
    assert row.answer_by is not None
    keeping.keep(order, models.OrderLine.objects.of_order(order.id), now=now)
    publish(
        SubstituteProposed(
            order_id=order.id,
            number=order.number,
            customer_id=order.customer_id,
            substitution_id=row.id,
            sku=row.sku,
            with_sku=row.with_sku,
            answer_by=row.answer_by,
        )
    )


def _check_open(order: models.Order) -> None:
    state = OrderState(order.state)
    if not policies.may_be_substituted(state):
        raise NotSubstitutable(order.number, state)


def _line(order: models.Order, sku: str, quantity: Quantity) -> models.OrderLine:
    """The line, of which there must be so much."""
    line = models.OrderLine.objects.of_order(order.id).of_sku(sku).first()
    if line is None or not 0 < quantity <= line.quantity:
        raise NotInOrder(sku, Quantity(line.quantity) if line else ZERO)
    return line


def others(order: models.Order, row: models.Substitution, now: datetime) -> list[Found]:
    """What else could be proposed in a question."""
    return _found(order, row.sku, Quantity(row.quantity), now)


def _found(order: models.Order, sku: str, quantity: Quantity, now: datetime) -> list[Found]:
    line = _line(order, sku, quantity)
    missing = Missing(sku, quantity, reckoning.freed_by(line, quantity), line.substitute_sku)
    return candidates.find(missing, store_id=order.store_id, day=order.slot_day, now=now, without=_listed(order))


def _listed(order: models.Order) -> set[str]:
    """What the order holds or asks about already: one product, one line."""
    lines = models.OrderLine.objects.of_order(order.id).skus()
    return {*lines, *(row.with_sku for row in models.Substitution.objects.of_order(order.id).open())}
