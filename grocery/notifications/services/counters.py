"""How many messages went where."""

from __future__ import annotations

from prometheus_client import Counter

from grocery.notifications.contracts import MessageState

_ENDED = Counter("grocery_messages_total", "Messages that are through, by kind and end.", ["kind", "state"])
_FAILED = Counter("grocery_message_failures_total", "Attempts to send that are to be repeated.", ["kind"])


def ended(kind: str, state: MessageState) -> None:
    _ENDED.labels(kind, state.value).inc()


def failed(kind: str) -> None:
    _FAILED.labels(kind).inc()
