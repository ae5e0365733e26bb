"""What may take a provider half a minute is done beside the request, which waits a moment and no longer.

Each provider has threads of its own, so that those who wait for one do not hold up another. Work that is cut off with
its process is taken up by `reconcile`, as any call that was sent.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import cache
from threading import Lock
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection

from grocery.payments.gateways.provider import NetworkInTransaction

#: Connections to PostgreSQL are at most as many as web threads and these together.
_THREADS: Final = 3
_under_way: dict[UUID, Future[Any]] = {}
_lock = Lock()


class StillAtIt(Exception):
    """It goes on beside; what comes of it will be seen in the database."""


def within_a_moment[T](work: Callable[[], T], *, provider: str, about: UUID) -> T:
    """What comes of `work`, if it is done within `settings.PAYMENT_WAIT_SECONDS` (None: however long it takes).

    Work about the same is done by one at a time: whoever comes meanwhile hears so at once. Raises StillAtIt, and what
    the work raises.
    """
    if settings.PAYMENT_WAIT_SECONDS is None:
        return work()
    if connection.in_atomic_block:
        raise NetworkInTransaction(f"{provider} is asked inside a transaction")
    with _lock:
        if about in _under_way:
            raise StillAtIt
        context = copy_context()
        doing: Future[T] = _pool(provider).submit(context.run, _done, work, about)
        _under_way[about] = doing
    try:
        return doing.result(timeout=settings.PAYMENT_WAIT_SECONDS)
    except TimeoutError:
        if doing.done():
            return doing.result()
        raise StillAtIt from None


def _done[T](work: Callable[[], T], about: UUID) -> T:
    try:
        return work()
    finally:
        with _lock:
            _under_way.pop(about, None)
        connection.close()


@cache
def _pool(provider: str) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_THREADS, thread_name_prefix=f"provider-{provider}")
