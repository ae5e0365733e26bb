"""Waking up when something is published."""

from __future__ import annotations

import threading
from collections.abc import Callable

import psycopg
import structlog
from django.db import connection

from grocery.kernel.outbox.publishing import CHANNEL

log = structlog.get_logger(__name__)


class Listener(threading.Thread):
    """Calls `wake` on every NOTIFY, over a connection of its own. If it cannot, the relay still polls."""

    def __init__(self, wake: Callable[[], None]) -> None:
        super().__init__(name="outbox-listener", daemon=True)
        self._wake = wake
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.is_set():
            try:
                self._listen()
            except psycopg.Error as error:
                log.warning("cannot listen, polling instead", error=type(error).__name__)
                self._ended.wait(5)

    def end(self) -> None:
        """Stop listening, within half a second."""
        self._ended.set()

    def _listen(self) -> None:
        settings = connection.settings_dict
        with psycopg.connect(
            dbname=settings["NAME"],
            user=settings["USER"],
            password=settings["PASSWORD"],
            host=settings["HOST"],
            port=settings["PORT"] or None,
            autocommit=True,
            application_name="grocery-relay-listener",
        ) as listening:
            listening.execute(f"LISTEN {CHANNEL}")
            self._wake()  # for what was told before we listened
            while not self._ended.is_set():
                for _notification in listening.notifies(timeout=0.5, stop_after=1):
                    self._wake()
