"""Events and their delivery: signed, repeated until accepted, and as unreliable as one asks for.

Rules: https://docs.stripe.com/webhooks. Retries come after seconds here, so that one can watch them.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from threading import Event, Thread
from typing import Any

from tests.sandbox.clock import Clock
from tests.sandbox.dispatch import new_id
from tests.sandbox.store import Document, Store

API_VERSION = "2026-10-28.endive"
RETRY_AFTER = (1, 3, 10, 60, 600)
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


class Webhooks:
    """One endpoint, its events and its deliveries."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._wake, self._ending = Event(), Event()
        for delivery in store.all("sending"):  # cut short by our end
            self._move(delivery, "waiting")

    # --- settings -------------------------------------------------------------------------------------------------
    @property
    def endpoint(self) -> Document:
        default = {"url": "", "secrets": ["whsec_sandbox"], "api_version": API_VERSION}
        return default | (self._store.get("endpoint", "stripe") or {})

    @property
    def knobs(self) -> Document:
        return QUIET | (self._store.get("knobs", "webhooks") or {})

    def configure(self, kind: str, changes: Document) -> Document:
        """Change the endpoint (`endpoint`) or how deliveries misbehave (`knobs`); unknown names are refused."""
        key, now = ("stripe", self.endpoint) if kind == "endpoint" else ("webhooks", self.knobs)
        if unknown := set(changes) - set(now):
            raise ValueError(f"unknown: {sorted(unknown)}; there are {sorted(now)}")
        self._store.put(kind, key, now | changes)
        self._wake.set()
        return now | changes

    def _use_up(self, knob: str) -> bool:
        """One of the next so many deliveries misbehaves in this way?"""
        with self._store.lock:
            knobs = self.knobs
            if knobs[knob] <= 0:
                return False
            self._store.put("knobs", "webhooks", knobs | {knob: knobs[knob] - 1})
            return True

    # --- events ---------------------------------------------------------------------------------------------------
    def emit(self, kind: str, document: Document) -> None:
        """Something happened: keep the event, and schedule its delivery."""
        event = self._event(kind, document)
        knobs = self.knobs
        if kind in knobs["drop"] or "*" in knobs["drop"]:
            return
        for _ in range(1 + knobs["duplicates"]):
            self.schedule(event["id"])
        if self._use_up("unknown_type"):
            self.schedule(self._event("sandbox.never_heard_of", document)["id"])
        if self._use_up("thin"):
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
    def schedule(self, event_id: str, *, attempt: int = 0, after: float = 0.0) -> None:
        """Deliver this event, not before `after` seconds and whatever the knobs add."""
        knobs = self.knobs
        wait = after + knobs["delay"] + random.random() * knobs["jitter"]
        key = new_id("dlv")
        delivery = {
            "id": key,
            "event": event_id,
            "attempt": attempt,
            "due": self._clock.now() + wait,
            "status": "waiting",
            "answer": None,
        }
        self._store.put("waiting", key, delivery)
        self._wake.set()

    def take(self) -> list[Document]:
        """Everything that waits, as it would be sent, for someone who delivers it himself."""
        taken = []
        for delivery in self._store.all("waiting"):
            self._move(delivery | {"answer": "taken"}, "delivered")
            body, headers = self._signed(delivery["event"])
            taken.append({"event": delivery["event"], "headers": headers, "body": body.decode()})
        return taken

    def deliveries(self) -> list[Document]:
        """Those to come, those on their way and those behind us."""
        return [delivery for kind in ("waiting", "sending", "delivery") for delivery in self._store.all(kind)]

    def _move(self, delivery: Document, status: str) -> None:
        """From one heap to another; what waits is kept apart, so that looking for it stays quick."""
        with self._store.lock:
            self._store.drop(delivery["status"], delivery["id"])
            kind = status if status in {"waiting", "sending"} else "delivery"
            self._store.put(kind, delivery["id"], delivery | {"status": status})

    def _signed(self, event_id: str) -> tuple[bytes, dict[str, str]]:
        body = json.dumps(self._store.get("event", event_id), ensure_ascii=False, indent=2).encode()
        signed_at = int(time.time()) - (600 if self._use_up("stale") else 0)
        secrets = ["whsec_of_somebody_else"] if self._use_up("bad_signature") else self.endpoint["secrets"]
        return body, {"Content-Type": "application/json", "Stripe-Signature": signature(body, secrets, signed_at)}

    def start(self) -> None:
        """Deliver from now on, in the background."""
        Thread(target=self._deliver_forever, daemon=True, name="webhooks").start()

    def _deliver_forever(self) -> None:
        while not self._ending.is_set():
            self._wake.wait(0.2)
            self._wake.clear()
            with self._store.lock:
                due = [] if self.knobs["hold"] or not self.endpoint["url"] else self._claim()
            for delivery in due:
                Thread(target=self._send, args=(delivery,), daemon=True).start()

    def _claim(self) -> list[Document]:
        now = self._clock.now()
        due = sorted((d for d in self._store.all("waiting") if d["due"] <= now), key=lambda d: d["due"])[:8]
        for delivery in due:
            self._move(delivery, "sending")
        return [delivery | {"status": "sending"} for delivery in due]

    def _send(self, delivery: Document) -> None:
        body, headers = self._signed(delivery["event"])
        answer = post(self.endpoint["url"], body, headers)
        accepted = isinstance(answer, int) and 200 <= answer < 300
        self._move(delivery | {"answer": answer}, "delivered" if accepted else "failed")
        if not accepted and delivery["attempt"] < len(RETRY_AFTER):
            self.schedule(delivery["event"], attempt=delivery["attempt"] + 1, after=RETRY_AFTER[delivery["attempt"]])
        self._wake.set()


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A 3xx is a failure."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirects, urllib.request.ProxyHandler({}))


def post(url: str, body: bytes, headers: dict[str, str]) -> int | str:
    """The status of the answer, or why there was none."""
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")
    try:
        with _opener.open(request, timeout=20) as answer:
            status: int = answer.status
            return status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError as error:
        return type(error).__name__
