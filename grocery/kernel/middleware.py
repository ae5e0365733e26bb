"""What happens around every request: probes first, then an id, a trace, one line in the log, figures."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from time import perf_counter
from typing import Any
from uuid import uuid4

import structlog
from django.db import connection
from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram
from structlog.contextvars import bound_contextvars

from grocery.kernel import once, problems, views
from grocery.kernel.http import is_api
from grocery.kernel.tracing import trace_of

log = structlog.get_logger("grocery.access")

type GetResponse = Callable[[HttpRequest], HttpResponse]

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

REQUESTS = Counter("grocery_http_requests", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram("grocery_http_seconds", "Time to answer.", ["method", "route"])
STATEMENTS = Histogram(
    "grocery_http_sql_statements",
    "SQL statements per request.",
    ["method", "route"],
    buckets=(0, 1, 2, 4, 6, 8, 12, 16, 25, 40, 80),
)


def probes(get_response: GetResponse) -> GetResponse:
    """Answer whoever watches over us before anything asks for which host: a probe calls us by our address."""
    watched = {"/healthz": views.healthz, "/readyz": views.readyz, "/metrics": views.metrics}

    def middleware(request: HttpRequest) -> HttpResponse:
        view = watched.get(request.path)
        return view(request) if view else get_response(request)

    return middleware


def request_context(get_response: GetResponse) -> GetResponse:
    """Give the request an id and a trace, and log how it went.

    The id is the caller's `X-Request-ID` where it is one, the trace that of `traceparent`. Both stand in every line
    that is logged meanwhile; the id goes back as `X-Request-ID`.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]  # read by kernel.http.request_id
        trace, statements = trace_of(request.META.get("HTTP_TRACEPARENT", "")), Statements()
        context = bound_contextvars(request_id=request_id, trace=trace)
        with context, connection.execute_wrapper(statements), once.per_request():
            begun = perf_counter()
            response = get_response(request)
            _note(request, response, seconds=perf_counter() - begun, statements=statements.number)
        response["X-Request-ID"] = request_id
        return response

    return middleware


def api_problems(get_response: GetResponse) -> GetResponse:
    """Ninja answers a method that an address does not take in plain text; make it a problem document."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != 405 or not is_api(request) or response["Content-Type"] == problems.MEDIA_TYPE:
            return response
        problem = problems.problem(request, status=405, code="method_not_allowed")
        problem["Allow"] = response["Allow"]
        return problem

    return middleware


class Statements:
    """Counts the SQL statements that go by."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's interface
        self.number += 1
        return execute(sql, params, many, context)


def _note(request: HttpRequest, response: HttpResponse, *, seconds: float, statements: int) -> None:
    route = f"/{request.resolver_match.route}" if request.resolver_match else ""
    method = request.method if request.method in _METHODS else "other"
    log.info(
        "request",
        method=method,
        route=route,
        **({} if route else {"path": request.path[:200]}),  # of a known route the path may hold a code or a name
        status=response.status_code,
        milliseconds=round(seconds * 1000, 1),
        sql=statements,
    )
    requests, took, asked = _figures(method, route, response.status_code)
    requests.inc()
    took.observe(seconds)
    asked.observe(statements)


@cache
def _figures(method: str, route: str, status: int) -> tuple[Counter, Histogram, Histogram]:
    """Looked up once: finding them by their labels costs more than counting."""
    return REQUESTS.labels(method, route, status), SECONDS.labels(method, route), STATEMENTS.labels(method, route)
