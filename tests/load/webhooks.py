"""Providers' notices: how many a second one web process verifies and keeps while nobody works them off."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final

import httpx

from tests.load.connection import Answer, Request, crowd
from tests.load.measure import cpu_of, family, spent, table
from tests.load.shop import Measured, open_shop, served_bare
from tests.payments.stripe_signing import event, signed

WHAT = (
    "Webhooks taken in: one web process, no relay, no worker, fsync on; and a bare WSGI application in the same run"
)
HEAD = ["what", "connections", "notices", "per second", "p50 ms", "p99 ms", "CPU app ms", "CPU database ms", "SQL"]
TARGET: Final = "/api/v1/webhooks/stripe"
ROUNDS: Final = 3
NOTICES: Final = 1000

_series = count()


@dataclass
class Taker:
    """Who takes notices in, and what was measured of it."""

    name: str
    port: int
    pid: int
    answers: list[Answer] = field(default_factory=list)
    #: Of each round: notices a second, CPU of the application and of the database in ms per notice.
    rounds: list[tuple[float, float, float]] = field(default_factory=list)


def run() -> str:
    """Rounds of new notices about payments, in turn; each connection sends the next as soon as it is answered."""
    rows: list[list[object]] = []
    with open_shop(skus=10) as measured, served_bare(measured, "bare_intake", _answers) as yardstick:
        for connections in (1, 8, 32):
            ours = Taker("ours", measured.shop.web_port, measured.web_pid)
            bare = Taker("bare WSGI, one INSERT", yardstick.port, yardstick.pid)
            for taker in (ours, bare) * (ROUNDS + 1):
                _round(taker, measured.database_pid, connections)
            rows += [_row(ours, connections, _statements(measured)), _row(bare, connections, 1)]
    return table(HEAD, rows)


def _round(taker: Taker, database_pid: int, connections: int) -> None:
    pids = family(taker.pid), family(database_pid)
    before = cpu_of(pids[0]), cpu_of(pids[1])
    requests = list(_requests(f"{next(_series)}", NOTICES))
    begun = datetime.now(UTC)
    left = iter(requests)
    got = crowd(taker.port, lambda: next(left, None), connections=connections, good={204})
    rate = NOTICES / (datetime.now(UTC) - begun).total_seconds()
    app, database = (spent(was, cpu_of(who)) / NOTICES for was, who in zip(before, pids, strict=True))
    taker.answers += got
    taker.rounds.append((rate, app, database))


def _row(taker: Taker, connections: int, sql: int) -> list[object]:
    """Medians of the rounds, the first of which warmed it up."""
    took = sorted(answer.milliseconds for answer in taker.answers[NOTICES:])
    rate, app, database = (statistics.median(one) for one in zip(*taker.rounds[1:], strict=True))
    p99 = statistics.quantiles(took, n=100)[98]
    return [
        taker.name, connections, len(took), f"{rate:,.0f}", statistics.median(took), p99, app, database, sql,
    ]  # fmt: skip


def _answers(port: int) -> bool:
    return httpx.post(f"http://127.0.0.1:{port}/").status_code == 400


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


def _statements(measured: Measured) -> int:
    """The most SQL statements that one of the last took, by the access log."""
    lines = measured.shop.log("web").read_text().splitlines()
    logged = [json.loads(line) for line in lines if '"event":"request"' in line]
    return max(int(line["sql"]) for line in logged[-NOTICES:])
