"""One step of an order, under its lock and by the table of `policies.NEXT`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from grocery.kernel.errors import NotFound
from grocery.kernel.principal import Principal
from grocery.ordering import models, policies
from grocery.ordering.contracts import CancelMotive, OrderState, WrongState


def lock(order_id: UUID, *, by: Principal | None = None) -> models.Order:
    """The order, locked. Raises NotFound: missing, another customer's, or another store's than `by` works for."""
    assert models.inside_a_transaction(), "a lock lasts as long as its transaction"
    order = models.Order.objects.locked(order_id)
    if order is None or (by is not None and not may_touch(order, by)):
        raise NotFound("order", order_id)
    return order


def may_touch(order: models.Order, by: Principal) -> bool:
    if by.kind == "staff":
        return by.store_id in (None, order.store_id)
    return by.id == order.customer_id


def move(
    order: models.Order,
    wanted: OrderState,
    *,
    by: Principal | None,
    motive: CancelMotive = CancelMotive.UNSAID,
    reason: str = "",
    now: datetime,
) -> None:
    """Bring a locked order into `wanted` and onto its timeline. Raises WrongState. `by` None: the system itself."""
    state = OrderState(order.state)
    if not policies.may_become(state, wanted):
        raise WrongState(order.number, state, wanted)
    order.state = wanted.value
    order.save(update_fields=["state"])
    models.OrderTransition.objects.create(
        order=order,
        from_state=state.value,
        to_state=wanted.value,
        at=now,
        actor=by.kind if by else "system",
        actor_id=by.id if by else None,
        motive=motive.value,
        reason=reason,
    )
