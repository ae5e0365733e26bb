"""What lists and search cost at the least: a bare WSGI application that runs the same statements over psycopg.

Served as the shop is, by granian with two threads; a connection to PostgreSQL per thread. What a statement is made of
is worked out once per address, and the rows go out as JSON as they are.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import django
import orjson
import psycopg

django.setup()

from grocery.catalog import public as catalog  # noqa: E402 - Django first
from grocery.catalog.models import reading  # noqa: E402

_of_thread = threading.local()
_statements: dict[str, tuple[str, Any]] = {}
_one_at_a_time = threading.Lock()


class _Stopped(Exception):
    def __init__(self, sql: str, params: Any) -> None:
        self.statement = sql, params


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    asked = environ["PATH_INFO"] + "?" + environ.get("QUERY_STRING", "")
    if asked not in _statements:
        with _one_at_a_time:
            _statements[asked] = _statement(environ["PATH_INFO"], dict(parse_qsl(environ.get("QUERY_STRING", ""))))
    rows = _database().execute(*_statements[asked]).fetchall()
    body = orjson.dumps(rows, default=str)
    start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _statement(path: str, asked: dict[str, str]) -> tuple[str, Any]:
    """The statement of a page with its parameters: the catalogue puts it together, and does not run it."""
    store, runs, runs_prepared = catalog.default_store(), reading.rows, reading._prepared
    catalog.categories()
    reading.rows = reading._prepared = _stop
    try:
        if path == "/api/v1/products":
            filters = catalog.Filters(category=asked.get("category"), search=asked.get("search", ""))
            catalog.list_products(store_id=store.id, filters=filters, now=datetime.now(UTC))
        catalog.product(sku=catalog.Sku(path.rpartition("/")[2]), store_id=store.id)
    except _Stopped as stopped:
        return stopped.statement
    finally:
        reading.rows, reading._prepared = runs, runs_prepared
    raise LookupError(path)


def _stop(sql: str, params: Any) -> list[Any]:
    raise _Stopped(sql, params)


def _database() -> psycopg.Connection:
    if not hasattr(_of_thread, "database"):
        _of_thread.database = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
    database: psycopg.Connection = _of_thread.database
    return database
