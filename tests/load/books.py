"""What looking at the books costs as they grow from a hundred thousand postings to ten million.

The same shop, later: 625 orders a day, 5,000 postings, for 20, 200 and 2,000 days. CPU of application and database,
so that who else uses the machine does not count; to compare, adding up all postings, as it was before balances were
kept. Entries are written past the triggers, which would take hours, and folded as ever.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final

from tests.load.database import fresh
from tests.load.measure import cpu_of, family, spent, table

WHAT = "What looking at the books costs as they grow (one process, fsync on)"
DAYS: Final = (20, 200, 2_000)
#: So that the days whose turn it is are none of the last three, at each size.
FIRST: Final = date(2021, 6, 25)
TIMES: Final = 15

_FILL: Final = """
WITH orders AS MATERIALIZED (
    SELECT uuidv7() AS id, uuidv7() AS charged, uuidv7() AS taken, n,
           (%(first)s::date + day)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh' + n * interval '2 minutes' AS at,
           'L-' || day || '-' || n AS number
      FROM generate_series(%(begin)s::int, %(until)s::int - 1) AS day, generate_series(1, 625) AS n
), entries AS (
    INSERT INTO ledger_entry (id, kind, source, at, booked_at, order_id, order_number, store_id, reference, note,
                              detail)
    SELECT charged, 'charged', 'charged:' || id, at, at, id, number, %(store)s, '', '', '{}'::jsonb FROM orders
    UNION ALL
    SELECT taken, 'taken', 'taken:' || id, at, at, id, number, %(store)s, 'pi_' || number, '', '{}'::jsonb FROM orders
), postings AS (
    INSERT INTO ledger_posting (entry_id, account, amount, rate, subject)
    SELECT charged, account, amount, rate, ''
      FROM orders, (VALUES ('receivable', 187000, NULL), ('revenue', -100000, 8.00), ('vat', -9200, 8.00),
                           ('revenue', -60000, 5.00), ('vat', -2800, 5.00), ('delivery', -15000, 8.00))
                   AS line (account, amount, rate)
    UNION ALL
    SELECT taken, account, amount, NULL, subject
      FROM orders, (VALUES ('clearing', 187000, 'stripe'), ('receivable', -187000, ''))
                   AS line (account, amount, subject)
), books AS (
    INSERT INTO ledger_orderbook (order_id, order_number, store_id, first_at, last_at, charged, reduced, taken,
                                  returned, written_off, other)
    SELECT id, number, %(store)s, at, at, 187000, 0, -187000, 0, 0, 0 FROM orders
), invoices AS (
    INSERT INTO ledger_invoice (id, kind, source, series, number, at, order_id, order_number, store_id, net, vat,
                                lines, rates)
    SELECT uuidv7(), 'invoice', 'invoice:' || id, 'L', %(begin)s * 625 + row_number() OVER (), at, id, number,
           %(store)s, 175000, 12000, '[]'::jsonb, '[]'::jsonb
      FROM orders
)
INSERT INTO ledger_unfolded (entry_id) SELECT charged FROM orders UNION ALL SELECT taken FROM orders
"""
_ADD_ALL_UP: Final = """
SELECT account, rate, subject, sum(amount) FILTER (WHERE at < %s), sum(amount) FILTER (WHERE at >= %s AND amount > 0),
       sum(amount) FILTER (WHERE at >= %s AND amount < 0)
  FROM ledger_posting JOIN ledger_entry ON ledger_entry.id = entry_id GROUP BY 1, 2, 3
"""


def run() -> str:
    """Each size in turn; then how much dearer it is at the last than at the first."""
    with fresh() as postgres:
        from django.conf import settings

        from grocery.kernel.ids import new_id

        settings.TIME_ZONE = "Asia/Ho_Chi_Minh"
        pid = int((postgres.home / "postmaster.pid").read_text().splitlines()[0])
        store, rows, before = new_id(), dict[str, list[float]](), 0
        for days in DAYS:
            _fill(before, days, store)
            before = days
            for name, act in _cases(FIRST + timedelta(days=days), store).items():
                rows.setdefault(name, []).append(_cost(act, pid, 3 if "adding" in name else TIMES))
        sizes = [f"{days * 5_000:,}: CPU ms" for days in DAYS]
        return table(
            ["what", *sizes, "last / first"], [[name, *cost, cost[-1] / cost[0]] for name, cost in rows.items()]
        )


def _fill(begin: int, until: int, store: Any) -> None:
    from django.db import connection

    from grocery.ledger import public as ledger

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for day in range(begin, until, 100):
            asked = {"first": FIRST, "begin": day, "until": min(day + 100, until), "store": store}
            cursor.execute(_FILL, asked)
        cursor.execute("SET session_replication_role = origin")
        started = time.monotonic()
        folded = ledger.fold(now=datetime.fromisoformat("2020-01-01T00:00Z"))
        print(f"{folded / (time.monotonic() - started):,.0f} entries folded a second", flush=True)
        cursor.execute("UPDATE ledger_balance SET folded_at = begin + interval '12 hours'")
        cursor.execute(
            "VACUUM ANALYZE ledger_entry, ledger_posting, ledger_orderbook, ledger_balance, ledger_unfolded"
        )
        cursor.execute("VACUUM ANALYZE ledger_invoice")


def _cases(end: date, store: Any) -> dict[str, Callable[[], object]]:
    """On the morning of the day `end`, of which nothing is booked yet."""
    from django.db import connection, transaction

    from grocery.kernel.ids import new_id
    from grocery.ledger import public as ledger
    from grocery.ledger.contracts import Account, Draft, EntryKind, Line
    from grocery.ledger.services.book import book

    first, last = end - timedelta(days=10), end - timedelta(days=1)
    now, yesterday = ledger.span(end, end)[0] + timedelta(hours=3), ledger.span(last, last)[0]
    numbers = [f"L-{(last - FIRST).days}-{n}" for n in range(1, 626)]
    report = "\n".join(["date,reference,kind,amount,fee", *(f"{last},pi_{n},payment,187000,5000" for n in numbers)])

    def settle() -> None:
        with transaction.atomic():
            done = ledger.import_report(provider="stripe", text=report, now=now)
            assert (done.matched, done.different) == (625, 0)
            transaction.set_rollback(True)

    def check() -> None:
        found = ledger.check(now=now)
        assert found.is_sound
        assert found.days == 10

    def add_all_up() -> None:
        with connection.cursor() as cursor:
            cursor.execute(_ADD_ALL_UP, [yesterday] * 3)
            cursor.fetchall()

    def book_some() -> None:
        lines = (Line(Account.CLEARING, 100, subject="stripe"), Line(Account.RECEIVABLE, -100))
        names = {"kind": EntryKind.TAKEN, "at": now, "order_number": "L", "store_id": store, "lines": lines}
        drafts = [Draft(**names, source=str(new_id()), order_id=new_id()) for _ in range(200)]
        with transaction.atomic():
            book(drafts, now=now)
            transaction.set_rollback(True)

    return {
        "trial balance of ten days": lambda: ledger.trial_balance(first=first, last=last, store_id=None),
        "the same of one store": lambda: ledger.trial_balance(first=first, last=last, store_id=store),
        "daily settlement, 625 payments": settle,
        "nightly check, ten days added up": check,
        "booking 200 facts": book_some,
        "to compare: adding up all postings": add_all_up,
    }


def _cost(act: Callable[[], object], database_pid: int, times: int) -> float:
    """Median CPU of application and database together, in ms."""
    costs = []
    for _ in range(times + 2):
        before, used = cpu_of(family(database_pid)), time.process_time()
        act()
        costs.append((time.process_time() - used) * 1000 + spent(before, cpu_of(family(database_pid))))
    return statistics.median(costs[2:])
