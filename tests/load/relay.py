"""How fast the relay is: `python -m tests.load.relay [facts]`.

A durable PostgreSQL of its own (fsync on), one relay in one thread. The handlers write one row per fact, or one
statement per batch. "publish → handled" is taken from the database's clock, with the relay in a process of its own
and a fact every 10 ms: from the statement that published to the one that marked it handled.
"""

from __future__ import annotations

import multiprocessing
import signal
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.load.database import fresh

_RATE = 100
_SECONDS = 5


@contextmanager
def database() -> Iterator[None]:
    """A fresh database, with one table more to write effects to."""
    with fresh():
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE effect (number int)")
        connection.close()
        yield


def write_one(fact: Any) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO effect VALUES (%s)", [fact.number])


def write_many(facts: Any) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO effect SELECT unnest(%s)", [[fact.number for fact in facts]])


def throughput(
    *, facts: int, streams: int, handler: Callable[[Any], None], batch: int, outside: bool = False
) -> float:
    """Deliveries per second, from nothing delivered to all."""
    from grocery.kernel.outbox.relay import Relay
    from tests.kernel.facts import only_these_subscribers, subscribe, tell

    with only_these_subscribers():
        subscribe(handler, batch=batch, outside=outside)
        for number in range(0, facts, 10):
            tell(*range(number, number + 10), thing=str(number // 10 % streams))
        relay, begun = Relay(), time.perf_counter()
        while relay.deliver_due():
            pass
        return facts / (time.perf_counter() - begun)


def claim_past(blocked: int) -> float:
    """Milliseconds of one claim of 100 from as many streams, past so many entries that wait behind a dead letter."""
    from django.db.models import Min

    from grocery.kernel.models import MAX_ATTEMPTS, InboxEntry, OutboxEvent
    from grocery.kernel.outbox import claims
    from grocery.kernel.outbox.pace import Pace
    from tests.kernel.facts import only_these_subscribers, subscribe, tell

    with only_these_subscribers():
        subscribe(write_one)
        OutboxEvent.objects.all().delete()
        tell(*range(blocked), thing=f"blocked {blocked}")
        first = InboxEntry.objects.aggregate(first=Min("id"))["first"]
        InboxEntry.objects.filter(id=first).update(attempts=MAX_ATTEMPTS)
        for number in range(100):
            tell(number, thing=str(number))
        begun = time.perf_counter()
        claimed = claims.claim("tests.hear", size=100, lease=Pace().lease, attempts=MAX_ATTEMPTS)
        seconds = time.perf_counter() - begun
        assert len(claimed) == 100
        OutboxEvent.objects.all().delete()
        return seconds * 1000


def latencies(handler: Callable[[Any], None], *, batch: int) -> list[float]:
    """Milliseconds from published to handled, of each fact."""
    from django.db import connection

    from grocery.kernel.models import InboxEntry
    from tests.kernel.facts import only_these_subscribers, subscribe, tell

    with only_these_subscribers():
        subscribe(handler, batch=batch)
        InboxEntry.objects.all().delete()
        connection.close()
        relay = multiprocessing.get_context("fork").Process(target=_run_relay)
        relay.start()
        tell(0)  # the first one waits for the relay to come up, and does not count
        while InboxEntry.objects.owed().exists():
            time.sleep(0.05)
        InboxEntry.objects.all().delete()
        for number in range(_RATE * _SECONDS):
            due = time.perf_counter() + 1 / _RATE
            tell(number, thing=str(number % 50))
            time.sleep(max(0, due - time.perf_counter()))
        while InboxEntry.objects.owed().exists():
            time.sleep(0.05)
        relay.terminate()
        relay.join()
        rows = InboxEntry.objects.values_list("handled_at", "event__published_at")
        return sorted((handled - published).total_seconds() * 1000 for handled, published in rows if handled)


def _run_relay() -> None:
    from grocery.kernel.outbox.relay import Relay

    relay = Relay()
    signal.signal(signal.SIGTERM, lambda *_: relay.stop())
    relay.run()


def main(facts: int) -> None:
    """Print the table."""
    with database():
        print(f"{'one relay, one thread':42}{'deliveries/s':>14}{'ms each':>10}")
        for label, kwargs in {
            "single, 500 streams": {"streams": 500, "handler": write_one, "batch": 1},
            "single, outside, 500 streams": {"streams": 500, "handler": lambda _: None, "batch": 1, "outside": True},
            "batch of 500, 500 streams": {"streams": 500, "handler": write_many, "batch": 500},
            "batch of 500, one stream": {"streams": 1, "handler": write_many, "batch": 500},
            "batch of 500, ten times as much owed": {
                "streams": 20_000,
                "handler": write_many,
                "batch": 500,
                "facts": facts * 10,
            },
        }.items():
            per_second = throughput(**({"facts": facts} | kwargs))  # type: ignore[arg-type]  # a table of arguments
            print(f"{label:42}{per_second:14,.0f}{1000 / per_second:10.3f}")
        print(f"\n{'one claim of 100, past blocked entries':42}{'ms':>14}")
        for blocked in (0, 1_000, 10_000, 50_000):
            print(f"{blocked:42,}{claim_past(blocked):14.1f}")
        print(f"\n{f'publish → handled at {_RATE}/s':42}{'p50 ms':>14}{'p99 ms':>10}{'max':>8}")
        for label, handler, batch in (("single", write_one, 1), ("batch of 500", write_many, 500)):
            got = latencies(handler, batch=batch)
            p99 = statistics.quantiles(got, n=100)[98]
            print(f"{label:42}{statistics.median(got):14.1f}{p99:10.1f}{got[-1]:8.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
