"""Faults on request, in the same words for all providers: by the admin endpoint, or by the amount."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tests.sandbox.dispatch import new_id
from tests.sandbox.store import Document, Store

#: What may go wrong with the answer to a call.
ANSWERS = {
    "409": "nothing is done: something else is at work on it",
    "429": "nothing is done: too many requests",
    "500": "nothing is done, without a word about trying again",
    "500_retry": "nothing is done, with a hint to try again",
    "500_no_retry": "nothing is done, with a hint not to try again, where the provider knows such a hint",
    "500_done": "it is done, and an error is answered",
    "cut": "it is done, and the connection is cut before the answer",
    "cut_before": "the connection is cut and nothing is done",
    "latency": "it is done, and the answer takes `seconds`",
}
#: What may go wrong with what the shop is told because of a call.
NOTICES = {
    "duplicate": "told twice",
    "reordered": "overtaken by what is told within the next five seconds",
    "late": "told `seconds` later",
    "never": "not told",
    "wrong_amount": "told with another amount, signed",
    "wrong_currency": "told in US dollars, signed",
    "bad_signature": "signed with somebody else's key the first time",
}
#: The end of an amount that asks for a fault, if the sandbox was started with `--magic`.
MAGIC = {
    901: "cut",
    902: "cut_before",
    903: "409",
    904: "429",
    905: "500",
    906: "500_retry",
    907: "500_no_retry",
    908: "500_done",
    909: "latency",
    911: "duplicate",
    912: "reordered",
    913: "late",
    914: "never",
    915: "wrong_amount",
    916: "wrong_currency",
    917: "bad_signature",
}
SECONDS = 25.0
NO_FAULT: Document = {"kind": "", "seconds": 0.0}


class Faults:
    """Those that are yet to come, for one provider, first come first served.

    `answers` and `notices` are the operations whose answers and whose messages to the shop can go wrong, `kinds`
    those of this provider alone (for answers), `without` those that it cannot have.
    """

    def __init__(
        self,
        store: Store,
        provider: str,
        *,
        answers: Collection[str],
        notices: Collection[str],
        kinds: Mapping[str, str] | None = None,
        without: Collection[str] = (),
        magic: bool = False,
    ) -> None:
        self._store, self._heap, self._magic = store, f"{provider}_fault", magic
        self._used = f"{provider}_magic"
        self._operations = {"answer": [*answers, "any"], "notice": [*notices, "any"]}
        self._kinds = {
            "answer": {kind for kind in [*ANSWERS, *(kinds or {})] if kind not in without},
            "notice": {kind for kind in NOTICES if kind not in without},
        }

    # --- asking for them ------------------------------------------------------------------------------------------
    def add(self, *, operation: str, kind: str, times: int = 1, seconds: float = SECONDS) -> Document:
        about = self._about(kind)
        if operation not in self._operations[about]:
            raise ValueError(f"{kind} can happen to {self._operations[about]}, not to {operation}")
        fault: Document = {
            "id": new_id("flt"),
            "operation": operation,
            "kind": kind,
            "times": int(times),
            "seconds": float(seconds),
        }
        self._store.put(self._heap, fault["id"], fault)
        return fault

    def _about(self, kind: str) -> str:
        for about, kinds in self._kinds.items():
            if kind in kinds:
                return about
        raise ValueError(f"kind is one of {sorted(self._kinds['answer'] | self._kinds['notice'])}")

    def all(self) -> list[Document]:
        return self._store.all(self._heap)

    def clear(self) -> None:
        for fault in self.all():
            self._store.drop(self._heap, fault["id"])

    def by_amount(self, amount: int) -> str:
        """The kind that this amount asks for; "" if magic is off or it asks for none."""
        return MAGIC.get(amount % 1_000, "") if self._magic else ""

    # --- meeting them ---------------------------------------------------------------------------------------------
    def for_answer(self, operation: str, *, amount: int = 0, once: str = "") -> Document:
        """What happens to the answer of this call; `kind` is "" if nothing does. See `_next`."""
        return self._next("answer", operation, amount, once)

    def for_notice(self, operation: str, *, amount: int = 0, once: str = "") -> Document:
        """What happens to all that the shop is told because of this call; `kind` is "" if nothing does."""
        return self._next("notice", operation, amount, once)

    def _next(self, about: str, operation: str, amount: int, once: str) -> Document:
        """The fault that this call meets; it is used up by that.

        A magic amount counts once for each `once`, the name of what is done, so that a repetition succeeds.
        """
        if operation not in self._operations[about]:
            return NO_FAULT
        with self._store.lock:
            for fault in self.all():
                if fault["operation"] in {operation, "any"} and fault["kind"] in self._kinds[about]:
                    return self._use(fault)
            return self._by_amount(about, f"{operation} {once}", amount)

    def _use(self, fault: Document) -> Document:
        fault["times"] -= 1
        if fault["times"] > 0:
            self._store.put(self._heap, fault["id"], fault)
        else:
            self._store.drop(self._heap, fault["id"])
        return fault

    def _by_amount(self, about: str, once: str, amount: int) -> Document:
        kind = self.by_amount(amount)
        key = f"{about} {once}"
        if kind not in self._kinds[about] or self._store.get(self._used, key):
            return NO_FAULT
        self._store.put(self._used, key, {"kind": kind})
        return {"kind": kind, "seconds": SECONDS}
