"""The sandbox's own time: real time, pushed ahead on request."""

from __future__ import annotations

import time

from tests.sandbox.store import Store


class Clock:
    """Unix seconds. Going ahead is remembered, so that holds that have expired stay expired."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def now(self) -> float:
        return time.time() + self._ahead()

    def advance(self, seconds: float) -> None:
        with self._store.lock:
            self._store.put("clock", "ahead", {"seconds": self._ahead() + seconds})

    def _ahead(self) -> float:
        return float((self._store.get("clock", "ahead") or {"seconds": 0})["seconds"])
