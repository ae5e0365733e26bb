"""Which piece of work a line of the log, a fact or an error belongs to.

A request brings or gets a trace id (W3C Trace Context). It stands in the log context, is kept with every fact that
the request tells, and is taken up again when the fact is handled: one id from the click to the last e-mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from structlog.contextvars import bound_contextvars, get_contextvars

#: version "-" trace id "-" parent id "-" flags; https://www.w3.org/TR/trace-context/#traceparent-header
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?")


def trace_of(traceparent: str) -> str:
    """The trace id that a `traceparent` header names; a new one if it names none."""
    match = _TRACEPARENT.fullmatch(traceparent)
    return match[1] if match else uuid4().hex


def current_trace() -> str:
    """The trace that this thread works for; empty outside of any."""
    return str(get_contextvars().get("trace", ""))


@contextmanager
def working_for(trace: str, **facts: object) -> Iterator[None]:
    """Everything logged and told inside belongs to `trace`, and carries `facts` in the log."""
    with bound_contextvars(trace=trace or uuid4().hex, **facts):
        yield
