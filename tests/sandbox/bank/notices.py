"""Notices: the shop is told of each transfer, signed with a secret that both know.

`X-Bank-Signature: t=<unix seconds>,v1=<hex>[,v1=<hex>]`; each v1 is HMAC-SHA256 over `<t>.` and the raw body, one for
each secret while one is being rolled.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterable

from tests.sandbox.bank.memos import WAYS
from tests.sandbox.clock import Clock
from tests.sandbox.dispatch import Dispatcher, Manners, Message, new_id
from tests.sandbox.knobs import Knobs
from tests.sandbox.store import Document, Store

HEADER = "X-Bank-Signature"
QUIET: Document = {
    "hold": False,  # keep everything back until it is taken
    "delay": 0.0,  # seconds before each notice
    "duplicates": 0,  # each so many times more, with the same id
    "new_ids": False,  # those come under an id of their own; the transaction is the same
    "never": False,  # none
    # numbers count the next notices that are so
    "reordered": 0,  # overtaken by those of the next five seconds
    "bad_signature": 0,
    "stale": 0,  # signed ten minutes ago
    "wrong_amount": 0,
    "wrong_currency": 0,
    "memo_as": "as_typed",  # what banks make of a memo: see `memos`
}
FLAWS = ("reordered", "bad_signature", "stale", "wrong_amount", "wrong_currency")
OFF_BY = 1_000
PATIENCE = 15.0
REPEAT_AFTER = (2, 10, 60, 600)


def knobs_of(store: Store) -> Knobs:
    return Knobs(store, "bank", QUIET, choices={"memo_as": WAYS})


def signature(body: bytes, secrets: Iterable[str], timestamp: int) -> str:
    """The value of the header."""
    signed = f"{timestamp}.".encode() + body
    each = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={timestamp}", *(f"v1={hexadecimal}" for hexadecimal in each)])


class Notices:
    """Those of one account, and where they go."""

    def __init__(self, store: Store, clock: Clock, knobs: Knobs) -> None:
        self._store, self._clock, self._knobs = store, clock, knobs
        self.dispatcher = Dispatcher(
            store,
            clock,
            prefix="bank_",
            compose=self._compose,
            manners=lambda: Manners(lambda status: 200 <= status < 300, PATIENCE, REPEAT_AFTER),
            held=lambda: bool(knobs["hold"]) or not self.endpoint["url"],
        )

    @property
    def endpoint(self) -> Document:
        return {"url": "", "secrets": ["bank_secret_sandbox"]} | (self._store.get("endpoint", "bank") or {})

    def configure(self, changes: Document) -> Document:
        """Where notices go and who signs; unknown names are refused."""
        if unknown := set(changes) - set(self.endpoint):
            raise ValueError(f"unknown: {sorted(unknown)}; there are {sorted(self.endpoint)}")
        self._store.put("endpoint", "bank", self.endpoint | changes)
        self.dispatcher.wake()
        return self.endpoint

    def tell(self, transfer: Document, fault: Document) -> None:
        """Of this transfer, as well as knobs and fault allow."""
        flaws = [name for name in FLAWS if self._knobs.use_up(name)]
        key = self._notice(transfer)
        knobs = self._knobs.all()
        if knobs["never"]:
            return
        self.dispatcher.tell(key, fault, after=knobs["delay"], flaws=flaws)
        for _ in range(knobs["duplicates"]):
            self.dispatcher.schedule(self._notice(transfer) if knobs["new_ids"] else key, after=knobs["delay"])

    def _notice(self, transfer: Document) -> str:
        key = new_id("ntc")
        notice = {"id": key, "type": "transfer.received", "created": int(self._clock.now()), "data": transfer}
        self._store.put("bank_notice", key, notice)
        return key

    def _compose(self, delivery: Document) -> Message | None:
        notice = self._store.get("bank_notice", delivery["event"])
        if notice is None:
            return None
        flaws = delivery["flaws"]
        if "wrong_amount" in flaws:
            notice["data"]["amount"] += OFF_BY
        if "wrong_currency" in flaws:
            notice["data"]["currency"] = "USD"
        body = json.dumps(notice, ensure_ascii=False).encode()
        secrets = ["secret_of_somebody_else"] if "bad_signature" in flaws else self.endpoint["secrets"]
        signed_at = int(time.time()) - (600 if "stale" in flaws else 0)
        headers = {"Content-Type": "application/json; charset=utf-8", HEADER: signature(body, secrets, signed_at)}
        return Message(self.endpoint["url"], body, headers)
