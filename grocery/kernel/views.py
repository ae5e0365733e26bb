"""For those who watch over us, and for those who get an error."""

from __future__ import annotations

import hmac
import os
import sys
from collections.abc import Callable
from functools import cache
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from grocery.kernel import figures, problems, valkey, wire
from grocery.kernel.errors import DomainError
from grocery.kernel.http import is_api
from grocery.kernel.outbox.metrics import register_backlog

_FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")
#: RFC 1918 and RFC 4193. Python's `is_private` knows more, ranges for documentation among them.
_PRIVATE = [ip_network(name) for name in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")]


def healthz(_request: HttpRequest) -> HttpResponse:
    """The process lives. Asks nobody else, so that a database's trouble does not get us restarted."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(_request: HttpRequest) -> HttpResponse:
    """Whether to send us requests: 200, or 503 and which part is missing."""
    parts = {"database": _database_answers(), "cache": _valkey_answers()}
    parts["migrations"] = parts["database"] and _migrated()
    answer = wire.response({name: "ok" if fine else "missing" for name, fine in parts.items()})
    answer.status_code = 200 if all(parts.values()) else 503
    answer["Cache-Control"] = "no-store"
    return answer


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' figures, for a neighbour or whoever has the token; nobody else learns that they exist."""
    if not (_is_neighbour(request) or _has_token(request)):
        return HttpResponse(status=404)
    return HttpResponse(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def problem_types(_request: HttpRequest, code: str = "") -> HttpResponse:
    """What the `type` of a problem document points to: each code, its status and its texts in both languages."""
    kinds = {kind.code: kind for kind in _kinds(DomainError) if hasattr(kind, "code") and hasattr(kind, "en")}
    if code and code not in kinds:
        raise Http404
    documents = [
        {
            "code": kind.code,
            "status": kind.status,
            "en": kind.en,
            "vi": kind.vi,
            "about": (kind.__doc__ or "").strip(),
        }
        for name, kind in sorted(kinds.items())
        if name == code or not code
    ]
    return wire.response(documents[0] if code else documents)


# --- Django's handlers for what goes wrong before or behind a view ---


def or_problem(page: Callable[..., HttpResponse], *, status: int, code: str) -> Callable[..., HttpResponse]:
    """A handler (`handler404 = …`): a problem document under /api/, the page elsewhere."""

    def handler(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
        if is_api(request):
            return problems.problem(request, status=status, code=code)
        return page(request, exception)

    return handler


def or_internal_problem(page: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """The handler for what nobody caught; trouble with the database or cache is a 503 for pages too."""

    def handler(request: HttpRequest) -> HttpResponse:
        error = sys.exception()
        if is_api(request) and isinstance(error, Exception):
            return problems.problem_response(request, error)
        answer = page(request)
        if isinstance(error, problems.OUTAGES):
            answer.status_code = 503
            answer["Retry-After"] = "5"
        return answer

    return handler


def _kinds(kind: type[DomainError]) -> set[type[DomainError]]:
    return {kind}.union(*(_kinds(below) for below in kind.__subclasses__()))


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except problems.OUTAGES:
        connection.close()
        return False
    return True


def _valkey_answers() -> bool:
    try:
        return bool(valkey.client().ping())
    except problems.OUTAGES:
        return False


_is_migrated = False


def _migrated() -> bool:
    """Every migration of this code is applied. Looked up until it is so; it stays so."""
    global _is_migrated  # noqa: PLW0603 - what a process has found out once
    if not _is_migrated:
        executor = MigrationExecutor(connection)
        _is_migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _is_migrated


def _is_neighbour(request: HttpRequest) -> bool:
    """A loopback or private address that came straight to us: what a proxy forwards carries a header."""
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    is_near = address.is_loopback or any(address in network for network in _PRIVATE)
    return is_near and not any(name in request.headers for name in _FORWARDED)


def _has_token(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    return bool(token) and hmac.compare_digest(given.encode(), f"Bearer {token}".encode())


@cache
def _registry() -> CollectorRegistry:
    """Of this process; of all processes of this pod where PROMETHEUS_MULTIPROC_DIR says that they share one."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        register_backlog(REGISTRY)
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library's
    register_backlog(registry)
    figures.register_all(registry)
    return registry
