"""What is looked up once for a whole request, however many parts of it ask."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_kept: ContextVar[dict[str, str] | None] = ContextVar("kept", default=None)


@contextmanager
def per_request() -> Iterator[None]:
    """What is kept inside is forgotten at the end."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def kept() -> dict[str, str]:
    """What the request at hand has looked up, to be added to; outside of requests nothing is kept."""
    known = _kept.get()
    return {} if known is None else known
