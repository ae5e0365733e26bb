"""How fast the relay is.

A durable PostgreSQL of its own (fsync on), one relay in one thread. The handlers write one row per fact, or one
statement per batch. "publish → handled" is taken from the database's clock, with the relay in a process of its own
and a fact every 10 ms: from the statement that published to the one that marked it handled.
"""

from __future__ import annotations

import multiprocessing
import signal
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.load.database import fresh
from tests.load.measure import table

WHAT = "One relay, one thread"
_FACTS = 5_000
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


def run() -> str:
    """The tables, in Markdown."""
    with database():
        return "\n\n".join([_throughputs(), _claims(), _latencies()])


def _throughputs() -> str:
    one: dict[str, Any] = {"facts": _FACTS, "handler": write_one, "batch": 1}
    many: dict[str, Any] = {"facts": _FACTS, "handler": write_many, "batch": 500}
    measured = {
        "single": throughput(**one, streams=500),
        "single, outside": throughput(**one | {"handler": lambda _: None}, streams=500, outside=True),
        "batch of 500, 500 streams": throughput(**many, streams=500),
        "batch of 500, one stream": throughput(**many, streams=1),
        f"batch of 500, {_FACTS * 10:,} owed": throughput(**many | {"facts": _FACTS * 10}, streams=20_000),
    }
    return table(["", "deliveries/s", "ms each"], [[name, each, 1000 / each] for name, each in measured.items()])


def _claims() -> str:
    blocked = (0, 1_000, 10_000, 50_000)
    return table(["one claim of 100, past blocked entries", "ms"], [[many, claim_past(many)] for many in blocked])


def _latencies() -> str:
    got = {"single": latencies(write_one, batch=1), "batch of 500": latencies(write_many, batch=500)}
    return table(
        [f"publish → handled at {_RATE}/s", "p50 ms", "p99 ms", "most ms"],
        [[name, statistics.median(ms), statistics.quantiles(ms, n=100)[98], ms[-1]] for name, ms in got.items()],
    )
