"""Waking relays without having whoever told a fact wait for it."""

from __future__ import annotations

import threading
from functools import cache
from typing import Final

import psycopg
import structlog
from django.db import connection

from grocery.kernel.outbox import publishing
from grocery.kernel.outbox.publishing import CHANNEL

log = structlog.get_logger(__name__)

#: Seconds between two messages: what is told in between is one.
PAUSE: Final = 0.005


@cache
def wake_in_the_background() -> None:
    """From now on this process has its relays woken by a thread of its own. For processes that answer people."""
    publishing.wake_by(Waker().wake)


class Waker:
    """Sends NOTIFY over a connection of its own, begun with the first fact. If it cannot, relays still poll."""

    def __init__(self) -> None:
        self._asked, self._ended, self._beginning = threading.Event(), threading.Event(), threading.Lock()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Have the relays woken, within some milliseconds."""
        self._asked.set()
        if self._thread is None:
            self._begin()

    def end(self) -> None:
        """Stop, once what was asked for is done."""
        self._ended.set()
        self._asked.set()
        if self._thread:
            self._thread.join()

    def _begin(self) -> None:
        with self._beginning:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="outbox-waker", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                return self._serve()
            except psycopg.Error as error:
                log.warning("cannot wake relays, they poll", error=type(error).__name__)
                if self._ended.wait(1):
                    return None

    def _serve(self) -> None:
        settings = connection.settings_dict
        with psycopg.connect(
            dbname=settings["NAME"],
            user=settings["USER"],
            password=settings["PASSWORD"],
            host=settings["HOST"],
            port=settings["PORT"] or None,
            autocommit=True,
            application_name="grocery-waker",
        ) as sending:
            while self._asked.is_set() or not self._ended.is_set():
                self._asked.wait()
                self._asked.clear()
                sending.execute(f"NOTIFY {CHANNEL}")
                self._ended.wait(PAUSE)
