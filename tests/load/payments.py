"""What paying, a webhook and a refund cost: CPU of the application and of PostgreSQL, statements; and by hand.

In this process, with the sandbox's Stripe in another; fsync on. The yardstick takes as many locks, writes as many
rows and commits as often, in bare psycopg with everything prepared, and reads nothing else.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psycopg

from grocery.config.embedded import Valkey
from tests.load.database import fresh
from tests.load.measure import cpu_of, family, spent, table
from tests.sandbox.running import Sandbox, running

WHAT = "What paying, webhooks and refunds cost (one process, Stripe's sandbox in another, fsync on)"
HEAD = [
    "what", "p50 ms", "CPU app ms", "CPU database ms", "statements", "rows written", "commits",
    "by hand: CPU app ms", "CPU database ms",
]  # fmt: skip
TIMES: Final = 80
WARM: Final = 15

_LOCK: Final = "SELECT id FROM payments_payment WHERE id = %s FOR UPDATE"
_UPDATE: Final = "UPDATE payments_payment SET look_at = now() WHERE id = %s"
_INSERT: Final = """
    INSERT INTO payments_providernotice (id, provider, event_id, kind, reference, body, received_at, outcome)
    VALUES (uuidv7(), 'bare', uuidv7()::text, 'payment_intent.succeeded', 'pi_1', %s, now(), '')
"""


@dataclass
class Seen:
    """The statements of one use case."""

    statements: list[str] = field(default_factory=list)

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.statements.append(sql)
        return execute(sql, params, many, context)

    def count(self) -> Counter[str]:
        """Locks and writes among them; facts are two rows at the least, and a webhook is three."""
        counted: Counter[str] = Counter()
        for sql in self.statements:
            words = sql.lstrip(" (\n").upper()
            counted["lock"] += "FOR UPDATE" in words and words.startswith("SELECT")
            counted["update"] += words.startswith("UPDATE")
            counted["insert"] += words.startswith("INSERT") + ("INSERT INTO" in words and words.startswith("WITH"))
            counted["insert"] += 2 * ("OUTBOX_TELL" in words)
        return counted


def run() -> str:
    """Each use case so many times, one after the other, and its yardstick at once."""
    with fresh() as postgres, _stripe() as sandbox:
        from tests.load import payments_cases

        pid = int((postgres.home / "postmaster.pid").read_text().splitlines()[0])
        rows = [_row(case, pid, postgres.url) for case in payments_cases.cases(sandbox)]
        return table(HEAD, rows)


@contextmanager
def _stripe() -> Iterator[Sandbox]:
    """Stripe's sandbox and a Valkey, which the settings name."""
    from django.conf import settings

    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        valkey = Valkey(None, Path(place) / "valkey.log")
        with valkey.running(), running(Path(place) / "sandbox.log") as sandbox:
            settings.REDIS_URL = valkey.url
            settings.STRIPE_API_URL, settings.STRIPE_JS_URL = sandbox.url, sandbox.js_url
            settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRETS = "sk_test_sandbox", ("whsec_sandbox",)
            settings.PAYMENT_METHODS, settings.PAYMENT_WAIT_SECONDS = ("card",), None
            yield sandbox


def _row(case: Any, database_pid: int, url: str) -> list[object]:
    from django.db import connection

    seen = Seen()
    with connection.execute_wrapper(seen):
        _measured(case.prepare, case.do, database_pid, times=WARM)
        made = case.prepare()
        seen.statements.clear()
        case.do(made)
    counted, number = seen.count(), len(seen.statements)
    walls, app, database = _measured(case.prepare, case.do, database_pid, times=TIMES)
    with psycopg.connect(url, autocommit=True, prepare_threshold=0) as db:
        by_hand = _by_hand(db, counted, case.commits)
        _measured(lambda: None, by_hand, database_pid, times=WARM)
        _, bare_app, bare_database = _measured(lambda: None, by_hand, database_pid, times=TIMES)
    written = counted["insert"] + counted["update"]
    return [case.name, walls, app, database, number, written, case.commits, bare_app, bare_database]


def _measured[T](
    prepare: Callable[[], T], do: Callable[[T], object], database_pid: int, *, times: int
) -> tuple[float, float, float]:
    """Median of the wall time, means of both CPUs, in ms."""
    walls, app, database = [], 0.0, 0.0
    for _ in range(times):
        made = prepare()
        before, begun, used = cpu_of(family(database_pid)), time.perf_counter(), time.process_time()
        do(made)
        app += time.process_time() - used
        walls.append((time.perf_counter() - begun) * 1000)
        database += spent(before, cpu_of(family(database_pid)))
    return statistics.median(walls), app / times * 1000, database / times


def _by_hand(db: psycopg.Connection, counted: Counter[str], commits: int) -> Callable[[object], None]:
    found = db.execute("SELECT id FROM payments_payment LIMIT 1").fetchone()
    one, body = found[0] if found else None, json.dumps({"filler": "x" * 400})

    def by_hand(_made: object) -> None:
        for number in range(commits):
            with db.transaction():
                for what, statement, value in (
                    ("lock", _LOCK, one),
                    ("update", _UPDATE, one),
                    ("insert", _INSERT, body),
                ):
                    for _ in range(number, counted[what], commits):
                        db.execute(statement, [value])

    return by_hand
