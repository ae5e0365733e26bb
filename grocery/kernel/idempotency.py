"""The same request sent twice is done once: `Idempotency-Key`.

    @router.post("/orders", response={201: Order})
    @idempotent(required=True)
    def place(request, order: OrderInput): ...

A client makes up a key (a UUID) for each thing that it wants done and sends it again with every retry. Same key
and same body: the first answer again, with `Idempotent-Replayed: true`. Same key, other body: 422. The first still
at work: 409. Keys belong to one principal (or guest), method and address, and are kept for 24 hours. An answer that
says "try again" (5xx, 401, 429) is not remembered.

A process that dies on the way leaves its key locked for a minute, no longer. If it died after its work was committed
and before the answer was written down, the retry runs the operation again: what it does must rest on a key of its own
as well (one order per request, one payment per order). See docs/adr/0012.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja.operation import Operation
from ninja.utils import contribute_operation_callback

from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.kernel.http import asker
from grocery.kernel.ids import new_id
from grocery.kernel.models import Answer, IdempotencyKey

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotent-Replayed"
KEPT: Final = timedelta(hours=24)
LEASE: Final = timedelta(seconds=60)

_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")
_CLAIM = "_idempotency_claim"


class IdempotencyKeyRequired(DomainError):
    code = "idempotency_key_required"
    status = 400
    en = "This request needs the header Idempotency-Key: a fresh UUID, sent again with every retry."
    vi = "Yêu cầu này cần tiêu đề Idempotency-Key: một UUID mới, gửi lại y nguyên khi thử lại."


class IdempotencyKeyInvalid(DomainError):
    code = "idempotency_key_invalid"
    status = 400
    en = "Idempotency-Key must be 1 to 255 printable ASCII characters."
    vi = "Idempotency-Key phải gồm 1 đến 255 ký tự ASCII in được."


class IdempotencyKeyReused(DomainError):
    code = "idempotency_key_reused"
    status = 422
    en = "This Idempotency-Key has been used with another body."
    vi = "Idempotency-Key này đã được dùng với nội dung khác."


class IdempotencyKeyInFlight(DomainError):
    """The first request with this key has not ended. Ask again in `retry_after` seconds."""

    code = "idempotency_key_in_flight"
    status = 409
    en = "The first request with this Idempotency-Key is still being worked on."
    vi = "Yêu cầu đầu tiên với Idempotency-Key này vẫn đang được xử lý."

    def __init__(self) -> None:
        self.retry_after = 1


def idempotent[F: Callable[..., Any]](
    *, required: bool = False, guest: Callable[[HttpRequest], str] | None = None
) -> Callable[[F], F]:
    """Make a ninja operation idempotent; stands below the `@router.post` line.

    `guest` tells guests apart (a cart token), so that one never reads another's answer; without it all guests share
    one scope, in which a random key and the same body are what a caller must know.
    """

    def mark(operation_function: F) -> F:
        contribute_operation_callback(operation_function, functools.partial(_make_idempotent, required, guest))
        return operation_function

    return mark


def once(*, scope: str, key: str, fingerprint: str, run: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer of `run()`, which is called the first time only; for Django views with a hidden key in their form.

    `scope` names who asks for what ("session:<id> POST /checkout/"), `fingerprint` is a digest of what was sent.
    Raises IdempotencyKeyInvalid, …Reused, …InFlight. If `run` raises, nothing is remembered.
    """
    claim = _begin(scope=scope, key=key, fingerprint=fingerprint)
    if isinstance(claim, HttpResponse):
        return claim
    try:
        response = run()
    except BaseException:
        IdempotencyKey.objects.forget(claim)
        raise
    _end(claim, response)
    return response


def prune(*, now: datetime) -> int:
    """Forget answers that are past their time; how many."""
    return IdempotencyKey.objects.past(now).delete()[0]


def fingerprint_of(*parts: bytes | str) -> str:
    """A digest of what was sent; each part counts with its length, so that none can pass for two."""
    digest = hashlib.sha256()
    for part in parts:
        octets = part.encode() if isinstance(part, str) else part
        digest.update(len(octets).to_bytes(8) + octets)
    return digest.hexdigest()


def _make_idempotent(required: bool, guest: Callable[[HttpRequest], str] | None, operation: Operation) -> None:  # noqa: FBT001 - bound by partial
    """Guard the function (it runs after sign-in and validation), and take down the answer where it is complete."""
    operation.view_func = _guarded(operation.view_func, required=required, guest=guest)
    runs = operation.__dict__.setdefault("_run_decorators", [])  # ninja applies these again to its copies
    operation.run = _remembering(operation.run)  # type: ignore[method-assign]  # ninja's own decorate_view does this
    runs.append(_remembering)
    parameter = {
        "in": "header",
        "name": HEADER,
        "required": required,
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x20-\\x7e]+$"},
        "description": "A fresh UUID per thing to be done; send it again with every retry.",
        "example": "0198c0de-7a11-7000-8000-5ca1ab1e0001",
    }
    extra = operation.openapi_extra or {}
    operation.openapi_extra = {**extra, "parameters": [*extra.get("parameters", []), parameter]}


def _guarded(
    function: Callable[..., Any], *, required: bool, guest: Callable[[HttpRequest], str] | None
) -> Callable[..., Any]:
    @functools.wraps(function)
    def guarded(request: HttpRequest, **arguments: Any) -> Any:
        key = request.headers.get(HEADER)
        if key is None:
            if required:
                raise IdempotencyKeyRequired
            return function(request, **arguments)
        claim = _begin(
            scope=f"{_who(request, guest)} {request.method} {request.path}",
            key=key,
            fingerprint=fingerprint_of(request.META.get("QUERY_STRING", ""), request.body),
        )
        if isinstance(claim, HttpResponse):
            return claim
        setattr(request, _CLAIM, claim)
        return function(request, **arguments)

    return guarded


def _remembering(run: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @functools.wraps(run)
    def remembering(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
        try:
            response = run(request, **arguments)
        except BaseException:  # the process is told to end; let the retry in at once
            if claim := request.__dict__.pop(_CLAIM, None):
                IdempotencyKey.objects.forget(claim)
            raise
        if claim := request.__dict__.pop(_CLAIM, None):
            _end(claim, cast("HttpResponse", response))
        return response

    return remembering


def _who(request: HttpRequest, guest: Callable[[HttpRequest], str] | None) -> str:
    principal = asker(request)
    if principal.id is not None:
        return f"{principal.kind}:{principal.id}"
    return f"guest:{guest(request)}" if guest else "guest"


def _begin(*, scope: str, key: str, fingerprint: str) -> UUID | HttpResponse:
    """A claim on the key, or the answer that was given before."""
    if not _KEY.fullmatch(key):
        raise IdempotencyKeyInvalid
    now, claim = clock.now(), new_id()
    found = IdempotencyKey.objects.claim(
        claim,
        scope=scope,
        key=key,
        fingerprint=fingerprint,
        now=now,
        lease_until=now + LEASE,
        kept_until=now + KEPT,
    )
    if found is None:
        return claim
    if found.fingerprint != fingerprint:
        raise IdempotencyKeyReused
    if found.answer is None:
        raise IdempotencyKeyInFlight
    return _replayed(found.answer)


def _end(claim: UUID, response: HttpResponse) -> None:
    if response.status_code >= 500 or response.status_code in {401, 429}:
        IdempotencyKey.objects.forget(claim)
        return
    if response.streaming:
        raise TypeError("a streamed answer cannot be remembered")
    if not getattr(response, "is_rendered", True):
        cast("Any", response).render()
    # Cookies are not among the headers, and stay out: a session is not to be given out twice.
    IdempotencyKey.objects.remember(claim, Answer(response.status_code, dict(response.items()), response.content))


def _replayed(answer: Answer) -> HttpResponse:
    response = HttpResponse(answer.body, status=answer.status, headers=answer.headers)
    response[REPLAYED] = "true"
    return response
