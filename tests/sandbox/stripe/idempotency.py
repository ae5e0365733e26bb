"""The answers that are remembered: https://docs.stripe.com/api/idempotent_requests."""

from __future__ import annotations

import hashlib

from tests.sandbox.clock import Clock
from tests.sandbox.server import Request, Response
from tests.sandbox.store import Store
from tests.sandbox.stripe.errors import ApiError

KEEP_SECONDS = 86_400


class Idempotency:
    """First answers by key, for a day."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        for record in store.all("idempotency"):  # whoever was at work when we stopped has left nothing behind
            if record["answer"] is None:
                store.drop("idempotency", record["key"])

    def begin(self, key: str, request: Request) -> Response | None:
        """The first answer again; None if this is the first time. Raises for another request or one at work."""
        fingerprint = hashlib.sha256(f"{request.method} {request.path} ".encode() + request.body).hexdigest()
        with self._store.lock:
            record = self._store.get("idempotency", key)
            if record and record["at"] + KEEP_SECONDS < self._clock.now():
                record = None
            if record is None:
                self._keep(key, {"fingerprint": fingerprint, "answer": None})
                return None
        if record["fingerprint"] != fingerprint:
            raise ApiError(
                400,
                "idempotency_error",
                f"Keys for idempotent requests can only be used with the same parameters they were first used with. "
                f"Try using a key other than '{key}' if you meant to execute a different request.",
            )
        if record["answer"] is None:
            raise in_use()
        status, body = record["answer"]
        return Response(status, body.encode(), {"Content-Type": "application/json", "Idempotent-Replayed": "true"})

    def finish(self, key: str, answer: Response | None) -> None:
        """Remember the answer; None: nothing was begun, so nothing is remembered."""
        with self._store.lock:
            record = self._store.get("idempotency", key)
            if answer is None or record is None:
                self._store.drop("idempotency", key)
            else:
                self._keep(key, record | {"answer": [answer.status, answer.body.decode()]})

    def _keep(self, key: str, record: dict[str, object]) -> None:
        self._store.put("idempotency", key, record | {"key": key, "at": self._clock.now()})


def in_use() -> ApiError:
    return ApiError(
        409,
        "idempotency_error",
        "There is currently another in-progress request using this Idempotent Key.",
        code="idempotency_key_in_use",
    )
