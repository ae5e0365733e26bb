"""Faults on request: the next so many calls of an operation go wrong in a chosen way."""

from __future__ import annotations

from tests.sandbox.store import Document, Store
from tests.sandbox.stripe.intents import new_id

KINDS = {
    "429": "too many requests; nothing is done, nothing is remembered",
    "409": "the same key is in use; nothing is done, nothing is remembered",
    "500": "an error that is remembered under the key; nothing is done",
    "500_no_retry": "the same, with Stripe-Should-Retry: false",
    "500_done": "it is done, and an error is answered and remembered",
    "cut": "it is done, and the connection is cut before the answer",
    "cut_before": "the connection is cut and nothing is done",
    "latency": "it is done, and the answer takes `seconds`",
}
OPERATIONS = ("create", "retrieve", "confirm", "capture", "cancel", "refund", "other", "any")


class Faults:
    """Those that are yet to come, first come first served."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, *, operation: str, kind: str, times: int = 1, seconds: float = 25.0) -> Document:
        if operation not in OPERATIONS or kind not in KINDS:
            raise ValueError(f"operation is one of {list(OPERATIONS)}, kind one of {list(KINDS)}")
        fault: Document = {
            "id": new_id("flt"),
            "operation": operation,
            "kind": kind,
            "times": times,
            "seconds": seconds,
        }
        self._store.put("fault", fault["id"], fault)
        return fault

    def next_for(self, operation: str) -> Document | None:
        """The fault that this call meets; it is used up by that."""
        with self._store.lock:
            for fault in self._store.all("fault"):
                if fault["operation"] in {operation, "any"}:
                    return self._use(fault)
        return None

    def _use(self, fault: Document) -> Document:
        fault["times"] -= 1
        if fault["times"] > 0:
            self._store.put("fault", fault["id"], fault)
        else:
            self._store.drop("fault", fault["id"])
        return fault

    def clear(self) -> None:
        for fault in self._store.all("fault"):
            self._store.drop("fault", fault["id"])
