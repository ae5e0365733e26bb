"""What an order of 3 and of 60 lines costs, and adding to a cart of 60, beside the same order in bare psycopg."""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg

from tests.load.checkout import bare
from tests.load.checkout.market import Done, Market
from tests.load.connection import Answer, Request
from tests.load.measure import cpu_of, family, spent, table

WHAT = "Placing an order over HTTP (one web process of two threads, fsync on), and in bare psycopg"
HEAD = [
    "request", "connections", "per second", "p50 ms", "p99 ms", "CPU app ms", "CPU database ms", "together", "SQL",
    "bare: CPU ms", "ratio", "bare/s",
]  # fmt: skip
#: Lines, connections, and whether a place in the slot was held before, as in the shop.
CASES = ((3, 1, True), (3, 8, True), (3, 8, False), (60, 1, True), (60, 8, True))
ROUNDS = 3

_CARTS = """
    SELECT cart.id FROM ordering_cart cart JOIN accounts_address a ON a.customer_id = cart.customer_id WHERE a.id = %s
"""


def run(market: Market) -> str:
    """Orders are placed in rounds, one by every customer; ours and bare in turns."""
    _place(market, 3, 1, held=True)  # warm, and shows who is told what
    rows = [_orders(market, lines, connections, held=held) for lines, connections, held in CASES]
    return table(HEAD, [*rows, *(_added(market, connections) for connections in (1, 8))])


def _orders(market: Market, lines: int, connections: int, *, held: bool) -> list[object]:
    ours, plain = [], []
    for _round in range(ROUNDS):
        ours.append(_place(market, lines, connections, held=held))
        plain.append(_place_bare(market, lines, connections))
    statements = market.statements(len(market.customers))
    done, least = _together(ours), _together(plain)
    cpu, bare_cpu = done.app + done.database, least.app + least.database
    name = f"checkout, {lines} lines" + ("" if held else ", no place held before")
    row = _row(name, connections, done, statements)
    return [*row, bare_cpu, bare_cpu / cpu, f"{len(least.answers) / least.seconds:,.0f}"]


def _place(market: Market, lines: int, connections: int, *, held: bool) -> Done:
    market.fill(market.goods[:lines], held=held)
    requests = [market.checkout(customer) for customer in market.customers]
    return market.do(requests, connections=connections, good={201})


def _place_bare(market: Market, lines: int, connections: int) -> Done:
    """By as many threads of this process, whose CPU counts as the application's."""
    market.fill(market.goods[:lines])
    url, owed = market.measured.shop.environment["DATABASE_URL"], bare.subscribers(market.db)
    wanted = [
        bare.Checkout(cart, customer.address_id, market.slot_id, market.store_id)
        for customer in market.customers
        for (cart,) in market.db.execute(_CARTS, [customer.address_id]).fetchall()
    ]

    def work(mine: list[bare.Checkout]) -> list[Answer]:
        answers = []
        with psycopg.connect(url, autocommit=True, prepare_threshold=0) as db:
            for checkout in mine:
                begun = time.perf_counter()
                bare.place(db, checkout, str(uuid4()), owed)
                answers.append(Answer(201, b"", (time.perf_counter() - begun) * 1000))
        return answers

    begun, app = time.perf_counter(), time.process_time()
    backends = cpu_of(family(market.measured.database_pid))
    with ThreadPoolExecutor(connections) as pool:
        parts = pool.map(work, [wanted[number::connections] for number in range(connections)])
        answers = [answer for part in parts for answer in part]
    database = spent(backends, cpu_of(family(market.measured.database_pid)))
    app = (time.process_time() - app) * 1000
    return Done(answers, time.perf_counter() - begun, app / len(wanted), database / len(wanted))


def _added(market: Market, connections: int) -> list[object]:
    """Carts of 60 lines, to which one more of what is in them is added."""
    market.fill(market.goods[:60])
    done = []
    for number in range(ROUNDS):
        item = {"sku": market.goods[number], "quantity": 1}
        requests: list[Request] = [customer.posts("/cart/items", item) for customer in market.customers]
        done.append(market.do(requests, connections=connections, good={200}))
    row = _row("add to cart of 60 lines", connections, _together(done[1:]), market.statements(len(market.customers)))
    return [*row, "", "", ""]


def _together(rounds: list[Done]) -> Done:
    """All rounds as one; costs are the median round's."""
    return Done(
        [answer for done in rounds for answer in done.answers],
        sum(done.seconds for done in rounds),
        statistics.median(done.app for done in rounds),
        statistics.median(done.database for done in rounds),
    )


def _row(name: str, connections: int, done: Done, statements: int) -> list[object]:
    took = done.milliseconds()
    rate = f"{len(took) / done.seconds:,.0f}"
    p99 = statistics.quantiles(took, n=100)[98]
    both = done.app + done.database
    return [name, connections, rate, statistics.median(took), p99, done.app, done.database, both, statements]
