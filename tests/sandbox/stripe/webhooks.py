"""Events and their delivery: signed, repeated until accepted, and as unreliable as one asks for.

Rules: https://docs.stripe.com/webhooks. Retries come after seconds here, so that one can watch them.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.sandbox.clock import Clock
from tests.sandbox.dispatch import Dispatcher, Manners, Message, new_id
from tests.sandbox.faults import NO_FAULT
from tests.sandbox.knobs import Knobs
from tests.sandbox.store import Document, Store

API_VERSION = "2026-10-28.endive"
RETRY_AFTER = (1, 3, 10, 60, 600)
PATIENCE = 20.0
#: How much a wrong amount is off, and what carries one.
OFF_BY = 1_000
AMOUNTS = ("amount", "amount_capturable", "amount_captured", "amount_received")
#: How deliveries may misbehave. Numbers count the next deliveries that do; `drop` names event types, or "*".
QUIET: Document = {
    "hold": False,  # keep everything back until it is taken or released
    "delay": 0.0,  # seconds before each delivery
    "jitter": 0.0,  # up to so many seconds more, so that they overtake each other
    "duplicates": 0,  # each event so many times more, with the same id
    "drop": [],
    "bad_signature": 0,
    "stale": 0,  # signed ten minutes ago
    "unknown_type": 0,  # followed by an event of a type that does not exist
    "thin": 0,  # followed by a v2 event that carries only names
}


def signature(body: bytes, secrets: Iterable[str], timestamp: int) -> str:
    """The `Stripe-Signature` header; one v1 for each secret."""
    signed = str(timestamp).encode() + b"." + body
    each = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={timestamp}", *(f"v1={hexadecimal}" for hexadecimal in each)])


def as_of(version: str, document: Document, charges: list[Document]) -> Document:
    """The object as that API version shows it: before 2022-11-15 an intent carried its charges."""
    if document["object"] != "payment_intent" or version >= "2022-11-15":
        return document
    old = {name: value for name, value in document.items() if name != "latest_charge"}
    return old | {"charges": {"object": "list", "data": charges, "has_more": False, "total_count": len(charges)}}


def falsified(document: Any, flaws: Iterable[str]) -> Any:
    """The same with every amount too high, or in dollars, if that is what is wrong with it."""
    if isinstance(document, list):
        return [falsified(each, flaws) for each in document]
    if not isinstance(document, dict):
        return document
    changed = {name: falsified(value, flaws) for name, value in document.items()}
    if "wrong_amount" in flaws:
        changed |= {name: changed[name] + OFF_BY for name in AMOUNTS if changed.get(name)}
    if "wrong_currency" in flaws and "currency" in changed:
        changed["currency"] = "usd"
    return changed


class Webhooks:
    """One endpoint, its events and its deliveries."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._knobs = Knobs(store, "webhooks", QUIET)
        self._fault = NO_FAULT
        self.dispatcher = Dispatcher(
            store,
            clock,
            prefix="",
            compose=self._compose,
            manners=lambda: Manners(lambda status: 200 <= status < 300, PATIENCE, RETRY_AFTER),
            held=lambda: bool(self._knobs["hold"]) or not self.endpoint["url"],
        )

    # --- settings -------------------------------------------------------------------------------------------------
    @property
    def endpoint(self) -> Document:
        default = {"url": "", "secrets": ["whsec_sandbox"], "api_version": API_VERSION}
        return default | (self._store.get("endpoint", "stripe") or {})

    @property
    def knobs(self) -> Document:
        return self._knobs.all()

    def configure(self, kind: str, changes: Document) -> Document:
        """Change the endpoint (`endpoint`) or how deliveries misbehave (`knobs`); unknown names are refused."""
        if kind == "knobs":
            changed = self._knobs.set(changes)
        elif unknown := set(changes) - set(self.endpoint):
            raise ValueError(f"unknown: {sorted(unknown)}; there are {sorted(self.endpoint)}")
        else:
            changed = self.endpoint | changes
            self._store.put("endpoint", "stripe", changed)
        self.dispatcher.wake()
        return changed

    @contextmanager
    def misbehaving(self, fault: Document) -> Iterator[None]:
        """What happens within is told as the fault has it. Callers hold the store's lock."""
        self._fault = fault
        try:
            yield
        finally:
            self._fault = NO_FAULT

    # --- events ---------------------------------------------------------------------------------------------------
    def emit(self, kind: str, document: Document) -> None:
        """Something happened: keep the event, and schedule its delivery."""
        event = self._event(kind, document)
        knobs = self.knobs
        if kind in knobs["drop"] or "*" in knobs["drop"]:
            return
        self.dispatcher.tell(event["id"], self._fault, after=self._wait())
        for _ in range(knobs["duplicates"]):
            self.schedule(event["id"])
        if self._knobs.use_up("unknown_type"):
            self.schedule(self._event("sandbox.never_heard_of", document)["id"])
        if self._knobs.use_up("thin"):
            self.schedule(self._event("v1.payment_intent.touched", {"object": "thin", "id": document["id"]})["id"])

    def _event(self, kind: str, document: Document) -> Document:
        version = self.endpoint["api_version"]
        charge = self._store.get("charge", document.get("latest_charge") or "")
        event: Document = {
            "id": new_id("evt"),
            "object": "event",
            "api_version": version,
            "created": int(self._clock.now()),
            "data": {"object": as_of(version, document, [charge] if charge else [])},
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": new_id("req"), "idempotency_key": None},
            "type": kind,
        }
        if document["object"] == "thin":
            about = {"id": document["id"], "type": "payment_intent"}
            event = {"id": event["id"], "object": "v2.core.event", "type": kind, "related_object": about}
        self._store.put("event", event["id"], event)
        return event

    def events(self, *, undelivered: bool | None, types: list[str]) -> list[Document]:
        """Newest first. `undelivered` None: all of them."""
        delivered = {d["event"] for d in self._store.all("delivery") if d["status"] == "delivered"}
        return [
            event
            for event in reversed(self._store.all("event"))
            if event["object"] == "event"
            and (not types or event["type"] in types)
            and (undelivered is None or undelivered == (event["id"] not in delivered))
        ]

    # --- deliveries -----------------------------------------------------------------------------------------------
    def schedule(self, event_id: str) -> None:
        """Deliver this event, after whatever the knobs add."""
        self.dispatcher.schedule(event_id, after=self._wait())

    def _wait(self) -> float:
        knobs = self.knobs
        return float(knobs["delay"] + random.random() * knobs["jitter"])

    def _compose(self, delivery: Document) -> Message | None:
        event = self._store.get("event", delivery["event"])
        if event is None:
            return None
        event = falsified(event, delivery["flaws"])
        body = json.dumps(event, ensure_ascii=False, indent=2).encode()
        signed_at = int(time.time()) - (600 if self._knobs.use_up("stale") else 0)
        forged = "bad_signature" in delivery["flaws"] or self._knobs.use_up("bad_signature")
        secrets = ["whsec_of_somebody_else"] if forged else self.endpoint["secrets"]
        headers = {"Content-Type": "application/json", "Stripe-Signature": signature(body, secrets, signed_at)}
        return Message(self.endpoint["url"], body, headers)
