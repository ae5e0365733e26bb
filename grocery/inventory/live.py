"""`GET /live/stock?store=…&sku=…&sku=…`: stock as server-sent events. Served by the live role alone (ASGI)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from functools import lru_cache
from typing import Annotated, Final

import structlog
from asgiref.sync import markcoroutinefunction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from ninja.errors import ValidationError as InvalidInput
from pydantic import Field, ValidationError

from grocery.inventory import public as inventory
from grocery.kernel import problems, wire
from grocery.kernel.errors import DomainError
from grocery.kernel.inputs import Code, Id, Input

log = structlog.get_logger(__name__)

#: Milliseconds after which a browser comes back by itself.
_BEGIN: Final = b"retry: 2000\n\n"
_HEARTBEAT: Final = b": still here\n\n"


class LiveQuery(Input):
    """Which lines to watch: up to 200 SKUs (`sku`, repeated) of one store."""

    store: Id
    sku: Annotated[list[Code], Field(min_length=1, max_length=200)]


class StockStream:
    """The view. `address_of` says where a request comes from.

    `pages_from`: the one origin whose pages may read this, where it is not our own.
    """

    def __init__(
        self, live: inventory.LiveStock, *, address_of: Callable[[HttpRequest], str], pages_from: str = ""
    ) -> None:
        self._live, self._address_of, self._pages_from = live, address_of, pages_from
        markcoroutinefunction(self)  # Django asks whether a view is asynchronous, and cannot see it of an object

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """What is there of each SKU at once, then each change: `event: stock`, `id:` its version, `data:` as in `GET
        /stock/batch`.

        Of two documents of a SKU the one with the higher version is true. Who comes back is told what is there then,
        so nothing is lost; a stream of one SKU that names its `Last-Event-ID` only if that is newer. Comments say
        that the stream lives. What cannot be streamed is answered with a problem document: 422, 429, 503.
        """
        if request.method != "GET":
            answer = problems.problem(request, status=405, code="method_not_allowed")
            answer["Allow"] = "GET"
            return answer
        try:
            return await self._stream(request)
        except (DomainError, InvalidInput, *problems.OUTAGES) as error:
            return problems.problem_response(request, error)

    async def _stream(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        query, address = _query(request), self._address_of(request)
        self._live.admit(address)
        skus = list(dict.fromkeys(query.sku))
        known = _known(request) if len(skus) == 1 else -1
        news = self._live.watch(skus=skus, location=query.store, address=address, known=known)
        answer = StreamingHttpResponse(_events(news), content_type="text/event-stream")
        answer["Cache-Control"] = "no-store, no-transform"
        answer["X-Accel-Buffering"] = "no"  # NGINX would hold small events back
        answer["X-Content-Type-Options"] = "nosniff"
        if self._pages_from:
            answer["Access-Control-Allow-Origin"] = self._pages_from
        return answer


async def _events(news: AsyncIterator[tuple[inventory.FeedDocument, ...]]) -> AsyncIterator[bytes]:
    yield _BEGIN
    try:
        async with aclosing(news) as changes:  # type: ignore[type-var]  # an async generator, named by what it yields
            async for documents in changes:
                yield b"".join(map(_event, documents)) or _HEARTBEAT
    except problems.OUTAGES as error:
        # Too late for a problem document. The browser comes back, by then to a better answer.
        log.warning("stream ends, stock cannot be read", error=type(error).__name__)


@lru_cache(maxsize=4096)
def _event(document: inventory.FeedDocument) -> bytes:
    """One event; the same bytes for all who watch the line."""
    data = {
        "sku": document.sku,
        "in_stock": document.stock > 0,
        "available": min(document.stock, inventory.CAP),
        "earliest_expiry": document.expires_at,
        "version": document.version,
    }
    return b"event: stock\nid: %d\ndata: %s\n\n" % (document.version, wire.dumps(data))


def _query(request: HttpRequest) -> LiveQuery:
    given: dict[str, object] = {name: request.GET.get(name) for name in request.GET}
    if "sku" in given:
        given["sku"] = request.GET.getlist("sku")
    try:
        return LiveQuery.model_validate(given)
    except ValidationError as error:
        raise InvalidInput([{**fault, "loc": ("query", *fault["loc"])} for fault in error.errors()]) from error


def _known(request: HttpRequest) -> int:
    """The version that this browser saw last; -1 if it does not say."""
    given = request.headers.get("Last-Event-ID", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 16 else -1
