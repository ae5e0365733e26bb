"""What an order of 3 and of 60 lines costs, and adding to a cart of 60, beside the same order in bare psycopg."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import psycopg

from tests.load.checkout import bare
from tests.load.checkout.market import Customer, Done, Market
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
#: In the carts to which something is added.
LINES = 60

_CARTS = """
    SELECT cart.id FROM ordering_cart cart JOIN accounts_address a ON a.customer_id = cart.customer_id WHERE a.id = %s
"""


def run(market: Market) -> str:
    """Orders are placed in rounds, one by every customer; ours and bare in turns."""
    _place(market, 3, 1, held=True)  # warm, and shows who is told what
    rows = [_orders(market, lines, connections, held=held) for lines, connections, held in CASES]
    for connections in (1, 8):
        rows += [_added(market, connections, whole=whole) for whole in (False, True)]
    return table(HEAD, [*rows, _looked(market, 1), _floor(market, 1)])


def _orders(market: Market, lines: int, connections: int, *, held: bool) -> list[object]:
    ours, plain = [], []
    for _round in range(ROUNDS):
        ours.append(_place(market, lines, connections, held=held))
        plain.append(_place_bare(market, lines, connections))
    name = f"checkout, {lines} lines" + ("" if held else ", no place held before")
    return _beside(_row(name, connections, _together(ours), _statements(market)), _together(plain))


def _place(market: Market, lines: int, connections: int, *, held: bool) -> Done:
    market.fill(market.goods[:lines], held=held)
    requests = [market.checkout(customer) for customer in market.customers]
    return market.do(requests, connections=connections, good={201})


def _place_bare(market: Market, lines: int, connections: int) -> Done:
    market.fill(market.goods[:lines])
    owed = bare.subscribers(market.db)
    wanted = [
        bare.Checkout(cart, customer.address_id, market.slot_id, market.store_id)
        for customer in market.customers
        for cart in _carts(market, customer)
    ]
    return _by_hand(market, connections, wanted, lambda db, checkout: bare.place(db, checkout, str(uuid4()), owed))


def _carts(market: Market, customer: Customer) -> list[UUID]:
    return [cart for (cart,) in market.db.execute(_CARTS, [customer.address_id]).fetchall()]


def _by_hand[T](
    market: Market, connections: int, wanted: list[T], do: Callable[[psycopg.Connection[Any], T], None]
) -> Done:
    """By as many threads of this process, whose CPU counts as the application's."""
    url = market.measured.shop.environment["DATABASE_URL"]

    def work(mine: list[T]) -> list[Answer]:
        answers = []
        with psycopg.connect(url, autocommit=True, prepare_threshold=0) as db:
            for one in mine:
                begun = time.perf_counter()
                do(db, one)
                answers.append(Answer(200, b"", (time.perf_counter() - begun) * 1000))
        return answers

    begun, app = time.perf_counter(), time.process_time()
    backends = cpu_of(family(market.measured.database_pid))
    with ThreadPoolExecutor(connections) as pool:
        parts = pool.map(work, [wanted[number::connections] for number in range(connections)])
        answers = [answer for part in parts for answer in part]
    database = spent(backends, cpu_of(family(market.measured.database_pid)))
    app = (time.process_time() - app) * 1000
    return Done(answers, time.perf_counter() - begun, app / len(wanted), database / len(wanted))


def _added(market: Market, connections: int, *, whole: bool) -> list[object]:
    """Carts of 60 lines, to which one more of what is in them is added; ours and bare in turns."""
    market.fill(market.goods[:LINES])
    prefer = "" if whole else "Prefer: return=minimal\r\n"
    ours, plain = [], []
    for number in range(ROUNDS + 1):
        item = {"sku": market.goods[number], "quantity": 1}
        requests: list[Request] = [customer.posts("/cart/items", item, more=prefer) for customer in market.customers]
        ours.append(market.do(requests, connections=connections, good={200}))
        plain.append(_add_bare(market, str(item["sku"]), connections, whole=whole))
    answer = "the whole cart answered" if whole else "return=minimal (aim: 3 ms, 6 SQL)"
    name = f"add to a cart of {LINES} lines, {answer}"
    return _beside(_row(name, connections, _together(ours[1:]), _statements(market)), _together(plain[1:]))


def _looked(market: Market, connections: int) -> list[object]:
    market.fill(market.goods[:LINES])
    market.gets("/cart", connections=connections, rounds=1)  # warm
    done = market.gets("/cart", connections=connections, rounds=ROUNDS)
    return [*_row(f"look at a cart of {LINES} lines", connections, done, _statements(market)), "", "", ""]


def _floor(market: Market, connections: int) -> list[object]:
    """What any call costs that asks nothing of the database: middleware, the token, JSON, a line in the log."""
    market.gets("/stores", connections=connections, rounds=1)  # warm
    done = market.gets("/stores", connections=connections, rounds=ROUNDS)
    return [*_row("the stores, which are kept: the floor", connections, done, _statements(market)), "", "", ""]


def _add_bare(market: Market, sku: str, connections: int, *, whole: bool) -> Done:
    carts = [cart for customer in market.customers for cart in _carts(market, customer)]
    return _by_hand(market, connections, carts, lambda db, cart: bare.add(db, cart, sku, whole=whole))


def _statements(market: Market) -> int:
    return market.statements(len(market.customers))


def _beside(row: list[object], least: Done) -> list[object]:
    """A row of ours, and what the same took by hand."""
    cpu, bare_cpu = row[7], least.app + least.database
    assert isinstance(cpu, float)
    return [*row, bare_cpu, bare_cpu / cpu, f"{len(least.answers) / least.seconds:,.0f}"]


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
