"""What the dashboards count. A count follows the commit, so that nothing is counted that did not happen."""

from __future__ import annotations

from django.db import transaction
from prometheus_client import Counter

from grocery.ordering.contracts import CancelReason, PaymentMethod

_PLACED = Counter("orders_placed_total", "Orders placed, by payment method.", ["method"])
_CANCELLED = Counter("orders_cancelled_total", "Orders cancelled, by reason.", ["reason"])

_CANCELLED_IN_PART = Counter("orders_cancelled_in_part_total", "Orders of which a part was called off.", ["reason"])


def placed(method: PaymentMethod) -> None:
    transaction.on_commit(_PLACED.labels(method.value).inc)


def cancelled(reason: CancelReason) -> None:
    transaction.on_commit(_CANCELLED.labels(reason.value).inc)


def cancelled_in_part(reason: CancelReason) -> None:
    transaction.on_commit(_CANCELLED_IN_PART.labels(reason.value).inc)
