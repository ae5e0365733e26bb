"""Questions that something else has overtaken need no answer any more."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from grocery.kernel.principal import Principal
from grocery.ordering import models, policies
from grocery.ordering.contracts import OrderState, SubstitutionState
from grocery.ordering.services import weighing


def withdraw(order: models.Order, skus: Collection[str] | None, *, by: Principal | None, now: datetime) -> None:
    """Let the open questions of a locked order that name one of these SKUs, or all of them, end without an effect.

    That is so for what runs out as for what was proposed: a product is on one line of an order.
    """
    if not policies.may_be_reduced(OrderState(order.state)):  # what is weighed has been picked
        for sku in [None] if skus is None else skus:
            weighing.withdraw(order, sku, by=by, now=now)
    rows = [
        row
        for row in models.Substitution.objects.of_order(order.id).open()
        if skus is None or row.sku in skus or row.with_sku in skus
    ]
    if rows:
        actor = by.kind if by else "system"
        models.Substitution.objects.settle(rows, SubstitutionState.WITHDRAWN, at=now, actor=actor)
