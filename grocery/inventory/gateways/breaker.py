"""A circuit breaker: who does not answer is left alone for a while, and everybody else need not wait for him."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import Gauge

from grocery.inventory.contracts import FeedUnavailable

OPEN = Gauge("grocery_inventory_breaker_open", "1 while a service that failed is left alone.", ["service"])


class Breaker:
    """After `failures` in a row (FeedUnavailable) it refuses for `rest` seconds, then lets one call try.

    That one decides: success closes the breaker, failure begins another rest. One per process; threads share it.
    """

    def __init__(
        self, service: str, *, failures: int = 3, rest: float = 5, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._failures, self._rest, self._clock = failures, rest, clock
        self._service, self._lock = service, threading.Lock()
        self._failed, self._refusing_until = 0, 0.0

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Run the body, or raise FeedUnavailable without trying."""
        self._admit()
        try:
            yield
        except FeedUnavailable:
            self._count(self._failed + 1)
            raise
        self._count(0)

    def _admit(self) -> None:
        with self._lock:
            if self._failed < self._failures:
                return
            if self._clock() < self._refusing_until:
                raise FeedUnavailable(f"{self._service} is left alone after {self._failed} failures")
            self._refusing_until = self._clock() + self._rest  # one tries, the others keep waiting

    def _count(self, failed: int) -> None:
        with self._lock:
            self._failed = failed
            if failed >= self._failures:
                self._refusing_until = self._clock() + self._rest
            OPEN.labels(self._service).set(failed >= self._failures)
