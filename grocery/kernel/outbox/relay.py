"""The relay: delivers what is owed, for as long as it runs. Any number of relays and threads share the work."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatchcase

import structlog
from django.db import InterfaceError, OperationalError, close_old_connections, connection

from grocery.kernel.models import InboxEntry
from grocery.kernel.outbox import claims, metrics
from grocery.kernel.outbox.delivery import Delivery, handle
from grocery.kernel.outbox.pace import Pace
from grocery.kernel.outbox.subscribers import Subscriber, registry
from grocery.kernel.outbox.waking import Listener

log = structlog.get_logger(__name__)


class UnknownSubscriber(Exception):
    """Something is owed to handlers that this code does not have: it is too old, or they were removed unheard."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = sorted(names)
        super().__init__(
            f"facts are owed to unknown subscribers: {', '.join(self.names)}. "
            "Deploy the code that knows them, or `manage.py outbox skip --subscriber NAME`."
        )


class Relay:
    """Delivers facts until told to stop."""

    def __init__(self, *, only: Iterable[str] = ("*",), threads: int = 1, pace: Pace | None = None) -> None:
        """`only` are patterns of subscribers' names ("inventory.*"); `threads` each use a connection of their own."""
        self.pace = pace or Pace()
        patterns = list(only)
        self.subscribers = [name for name in registry.by_name if any(fnmatchcase(name, p) for p in patterns)]
        self._stopping = threading.Event()
        self._bells = [threading.Event() for _ in range(threads)]

    def run(self) -> None:
        """Deliver until `stop()`. Raises UnknownSubscriber at once if something is owed to a stranger."""
        refuse_strangers()
        listener = Listener(self._wake)
        listener.start()
        log.info("relay started", subscribers=len(self.subscribers), threads=len(self._bells))
        try:
            with ThreadPoolExecutor(max(1, len(self._bells) - 1)) as pool:
                others = [pool.submit(self._work, bell) for bell in self._bells[1:]]
                self._work(self._bells[0])
            for other in others:
                other.result()
        finally:
            listener.end()
            log.info("relay stopped")

    def stop(self) -> None:
        """End after the delivery that is under way; what is claimed beyond it is given back."""
        self._stopping.set()
        self._wake()

    def deliver_due(self) -> int:
        """One round over all subscribers; how many entries were claimed."""
        metrics.LAST_PASS.set_to_current_time()
        due = claims.due(self.subscribers, attempts=self.pace.attempts)
        return sum(self._serve(name) for name in due if not self._stopping.is_set())

    def _wake(self) -> None:
        for bell in self._bells:
            bell.set()

    def _work(self, bell: threading.Event) -> None:
        try:
            while not self._stopping.is_set():
                bell.clear()
                if not self._round():
                    bell.wait(self.pace.poll.total_seconds())
        finally:
            self.stop()  # also when this thread fails: a relay that limps is harder to see than one that is gone
            connection.close()

    def _round(self) -> int:
        try:
            return self.deliver_due()
        except (OperationalError, InterfaceError) as error:
            log.error("the database does not answer", error=type(error).__name__)
            close_old_connections()
            return 0

    def _serve(self, name: str) -> int:
        claimed = _claim(name, self.pace)
        if claimed:
            Delivery(registry.by_name[name], self.pace, self._stopping.is_set).deliver(claimed)
        return len(claimed)


def refuse_strangers() -> None:
    """Raises UnknownSubscriber if an owed entry names one."""
    if strangers := InboxEntry.objects.subscribers_owed() - registry.by_name.keys():
        raise UnknownSubscriber(strangers)


def drain() -> int:
    """Deliver until nothing is due, in this thread; how many deliveries there were. Handlers' errors are raised."""
    refuse_strangers()
    pace, delivered = Pace(), 0
    while claimed := [
        (registry.by_name[name], entries)
        for name in claims.due(registry.by_name, attempts=pace.attempts)
        if (entries := _claim(name, pace))
    ]:
        try:
            delivered += sum(_handle_all(subscriber, entries) for subscriber, entries in claimed)
        except BaseException:
            claims.release([entry for _, entries in claimed for entry in entries])
            raise
    return delivered


def _handle_all(subscriber: Subscriber, claimed: Sequence[claims.Claim]) -> int:
    for group in [claimed] if subscriber.batch > 1 else [[one] for one in claimed]:
        handle(subscriber, group)
    return len(claimed)


def _claim(name: str, pace: Pace) -> list[claims.Claim]:
    size = pace.size(registry.by_name[name])
    return claims.claim(name, size=size, lease=pace.lease, attempts=pace.attempts)
