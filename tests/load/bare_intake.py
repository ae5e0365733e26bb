"""What taking webhooks in costs at the least: a bare WSGI application that checks the signature and writes one row.

Served as the shop is, by granian with two threads; a connection to PostgreSQL per thread, the statement prepared.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any, Final

import psycopg

from tests.payments.stripe_signing import SECRET

_NOTICE: Final = """
    INSERT INTO payments_providernotice (id, provider, event_id, kind, reference, body, received_at, outcome)
    VALUES (uuidv7(), 'bare', %s, %s, %s, %s, now(), '') ON CONFLICT DO NOTHING
"""
_of_thread = threading.local()


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    signed = dict(part.split("=", 1) for part in environ.get("HTTP_STRIPE_SIGNATURE", "t=0,v1=").split(","))
    ours = hmac.new(SECRET.encode(), signed["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(ours, signed["v1"]):
        start("400 Bad Request", [("Content-Length", "0")])
        return []
    event = json.loads(body)
    _database().execute(_NOTICE, [event["id"], event["type"], event["data"]["object"]["id"], body.decode()])
    start("204 No Content", [])
    return []


def _database() -> psycopg.Connection:
    if not hasattr(_of_thread, "database"):
        _of_thread.database = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, prepare_threshold=0)
    database: psycopg.Connection = _of_thread.database
    return database
