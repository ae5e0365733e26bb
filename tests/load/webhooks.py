"""Providers' notices: how many a second one web process verifies and keeps while nobody works them off."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import psycopg

from tests.load.connection import Answer, Request, crowd
from tests.load.measure import cpu_of, family, spent, table
from tests.load.shop import Measured, open_shop
from tests.payments.stripe_signing import event, signed

WHAT = "Webhooks taken in (one web process, no relay, no worker, fsync on), and the same rows in bare psycopg"
HEAD = [
    "connections", "notices", "per second", "p50 ms", "p99 ms", "CPU app ms", "CPU database ms", "SQL", "bare/s",
    "bare ÷ ours",
]  # fmt: skip
TARGET: Final = "/api/v1/webhooks/stripe"
ROUNDS: Final = 3
NOTICES: Final = 1500

_NOTICE = """
    INSERT INTO payments_providernotice (id, provider, event_id, kind, reference, body, received_at, outcome)
    VALUES (uuidv7(), 'bare', %s, 'payment_intent.succeeded', 'pi_1', %s, now(), '')
"""


def run() -> str:
    """Rounds of new notices about payments; each connection sends the next as soon as the last is answered."""
    with open_shop(skus=10) as measured:
        _sent(measured, "warm", 300, 8)
        rows = [_row(measured, connections) for connections in (1, 8, 32)]
        return table(HEAD, rows)


def _row(measured: Measured, connections: int) -> list[object]:
    answers: list[Answer] = []
    costs: list[tuple[float, float]] = []
    rates, bare = [], []
    for number in range(ROUNDS):
        pids = family(measured.web_pid), family(measured.database_pid)
        before = cpu_of(pids[0]), cpu_of(pids[1])
        got = _sent(measured, f"{connections}_{number}", NOTICES, connections)
        costs.append((spent(before[0], cpu_of(pids[0])) / NOTICES, spent(before[1], cpu_of(pids[1])) / NOTICES))
        rates.append(NOTICES / _seconds(got, connections))
        answers += got
        bare.append(_by_hand(measured, f"{connections}_{number}"))
    took = sorted(answer.milliseconds for answer in answers)
    rate, plain = statistics.median(rates), statistics.median(bare)
    app, database = (statistics.median(one) for one in zip(*costs, strict=True))
    p99 = statistics.quantiles(took, n=100)[98]
    sql = _statements(measured)
    return [
        connections, len(took), f"{rate:,.0f}", statistics.median(took), p99, app, database, sql, f"{plain:,.0f}",
        plain / rate,
    ]  # fmt: skip


def _sent(measured: Measured, series: str, count: int, connections: int) -> list[Answer]:
    """So many notices that nobody has sent before, kept all."""
    requests = _requests(series, count)
    return crowd(measured.shop.web_port, lambda: next(requests, None), connections=connections, good={204})


def _requests(series: str, count: int) -> Iterator[Request]:
    now = datetime.now(UTC)
    for number in range(count):
        body = event("payment_intent.succeeded", f"evt_{series}_{number}", **_intent(number))
        headers = "".join(f"{name}: {value}\r\n" for name, value in signed(body, now).items())
        yield Request(TARGET, "POST", headers, body.decode())


def _intent(number: int) -> dict[str, Any]:
    """What such a notice is about, as long as a real one."""
    return {
        "id": f"pi_{number}",
        "object": "payment_intent",
        "amount": 345_000,
        "currency": "vnd",
        "status": "succeeded",
        "metadata": {"order_number": "G-20418", "filler": "x" * 2_500},
    }


def _seconds(answers: list[Answer], connections: int) -> float:
    return sum(answer.milliseconds for answer in answers) / min(connections, len(answers)) / 1000


def _statements(measured: Measured) -> int:
    """The most SQL statements that one of the last took, by the access log."""
    lines = measured.shop.log("web").read_text().splitlines()
    logged = [json.loads(line) for line in lines if '"event":"request"' in line]
    return max(int(line["sql"]) for line in logged[-NOTICES:])


def _by_hand(measured: Measured, series: str) -> float:
    """How many a second one connection writes: a notice and a fact, in a transaction of their own."""
    started = datetime.now(UTC)
    count = 500
    with psycopg.connect(measured.shop.environment["DATABASE_URL"], autocommit=True, prepare_threshold=0) as db:
        for number in range(count):
            with db.transaction():
                db.execute(_NOTICE, [f"bare_{series}_{number}", json.dumps(_intent(number))])
    return count / (datetime.now(UTC) - started).total_seconds()
