"""What the dashboards count. A count follows the commit, so that nothing is counted that did not happen."""

from __future__ import annotations

from django.db import transaction
from prometheus_client import Counter

from grocery.ordering.contracts import CancelReason, PaymentMethod, SubstitutionState
from grocery.ordering.contracts.returns import ReturnKind, ReturnState
from grocery.ordering.contracts.weighing import WeightState

_PLACED = Counter("orders_placed_total", "Orders placed, by payment method.", ["method"])
_CANCELLED = Counter("orders_cancelled_total", "Orders cancelled, by reason.", ["reason"])

_CANCELLED_IN_PART = Counter("orders_cancelled_in_part_total", "Orders of which a part was called off.", ["reason"])

_RETURNED = Counter("order_returns_total", "Returns of goods, by kind and what became of them.", ["kind", "state"])
_UNDELIVERED = Counter("orders_undelivered_total", "Orders that came back to the store.")

_SUBSTITUTED = Counter("substitutions_total", "Substitutions written down, by how they began or ended.", ["state"])
_WEIGHED = Counter("weight_questions_total", "Questions about weights, by how they began or ended.", ["state"])
_LEFT_OUT = Counter("lines_left_out_total", "Order lines that staff left out, wholly or in part.")


def placed(method: PaymentMethod) -> None:
    transaction.on_commit(_PLACED.labels(method.value).inc)


def cancelled(reason: CancelReason) -> None:
    transaction.on_commit(_CANCELLED.labels(reason.value).inc)


def cancelled_in_part(reason: CancelReason) -> None:
    transaction.on_commit(_CANCELLED_IN_PART.labels(reason.value).inc)


def returned(kind: ReturnKind, state: ReturnState) -> None:
    transaction.on_commit(_RETURNED.labels(kind.value, state.value).inc)


def undelivered() -> None:
    transaction.on_commit(_UNDELIVERED.inc)


def substituted(state: SubstitutionState) -> None:
    transaction.on_commit(_SUBSTITUTED.labels(state.value).inc)


def weight_asked(state: WeightState) -> None:
    transaction.on_commit(_WEIGHED.labels(state.value).inc)


def left_out() -> None:
    transaction.on_commit(_LEFT_OUT.inc)
