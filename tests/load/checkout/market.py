"""A shop full of goods, and customers at its door whose carts are filled again and again.

Carts are filled by SQL, out of the clock: what is measured is placing the order alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psycopg

from tests.journeys.people import Person, open_clients
from tests.load.connection import Answer, Request, crowd
from tests.load.measure import cpu_of, family, spent
from tests.load.shop import Measured, open_shop

CUSTOMERS, SKUS, PLENTY = 40, 400, 1_000_000

_FILL = """
    INSERT INTO ordering_cartline (cart_id, sku, quantity, price_seen, touched_at)
    SELECT cart.id, goods.sku, 1, 0, now() FROM ordering_cart cart, unnest(%s::text[]) AS goods(sku)
"""
_EMPTY = "DELETE FROM ordering_cartline"
#: A place for everybody, as the shop's checkout page has it kept; the counter is not exact, which nobody reads here.
_HOLD = """
    INSERT INTO delivery_slothold (id, slot_id, holder, until)
    SELECT gen_random_uuid(), %s, 'cart:' || cart.id, now() + interval '1 hour' FROM ordering_cart cart
    ON CONFLICT (holder) DO UPDATE SET slot_id = EXCLUDED.slot_id, until = EXCLUDED.until
"""
_LET_GO = "DELETE FROM delivery_slothold"
_NO_SUBSTITUTES = "UPDATE ordering_cart SET substitution = 'none'"
_MORE_PLACES = "UPDATE delivery_slot SET capacity = 1000000"
_MORE_GOODS = "UPDATE inventory_lot SET on_hand = on_hand + %s"


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who is signed in and has an address."""

    address_id: str
    token: str

    @property
    def signed_in(self) -> str:
        return f"Authorization: Bearer {self.token}\r\n"

    def posts(self, target: str, body: dict[str, Any], *, key: str = "", more: str = "") -> Request:
        """`more`: further headers, as lines that end with CRLF."""
        headers = self.signed_in + (f"Idempotency-Key: {key}\r\n" if key else "") + more
        return Request(f"/api/v1{target}", "POST", headers, json.dumps(body))


@dataclass(frozen=True)
class Done:
    """So many requests: what was answered, how long all took, and what they cost, each."""

    answers: Sequence[Answer]
    seconds: float
    app: float
    database: float

    def milliseconds(self) -> list[float]:
        return sorted(answer.milliseconds for answer in self.answers)


@dataclass
class Market:
    """The shop, those who buy in it, the SKUs that are sold by the piece, and a slot with room for all."""

    measured: Measured
    db: psycopg.Connection[Any]
    customers: list[Customer]
    goods: list[str]
    slot_id: str
    store_id: str

    def fill(self, skus: Sequence[str], *, held: bool = True) -> None:
        """One of each of these in everybody's cart, and nothing else; `held`: and a place in the slot."""
        self.db.execute(_EMPTY)
        self.db.execute(_FILL, [list(skus)])
        self.db.execute(*((_HOLD, [self.slot_id]) if held else (_LET_GO, [])))

    def gets(self, target: str, *, connections: int, rounds: int) -> Done:
        """Everybody asks for this, so many times."""
        requests = [Request(f"/api/v1{target}", headers=customer.signed_in) for customer in self.customers]
        return self.do(requests * rounds, connections=connections, good={200})

    def checkout(self, customer: Customer) -> Request:
        body = {"slot_id": self.slot_id, "address_id": customer.address_id, "method": "cash_on_delivery"}
        return customer.posts("/checkout", body, key=str(uuid4()))

    def do(self, requests: Sequence[Request], *, connections: int, good: set[int]) -> Done:
        """All of these, each connection one after the other."""
        waiting, pids = iter(requests), (family(self.measured.web_pid), family(self.measured.database_pid))
        before = cpu_of(pids[0]), cpu_of(pids[1])
        answers = crowd(self.measured.shop.web_port, lambda: next(waiting, None), connections=connections, good=good)
        app, database = (spent(then, cpu_of(of)) / len(requests) for then, of in zip(before, pids, strict=True))
        return Done(answers, _seconds(answers, connections), app, database)

    def statements(self, last: int) -> int:
        """The most SQL statements that one of the last so many requests took, by the access log."""
        lines = self.measured.shop.log("web").read_text().splitlines()
        logged = [json.loads(line) for line in lines if '"event":"request"' in line]
        return max(int(line["sql"]) for line in logged[-last:])


def _seconds(answers: Sequence[Answer], connections: int) -> float:
    """How long it took, all connections being busy all the time."""
    return sum(answer.milliseconds for answer in answers) / min(connections, len(answers)) / 1000


@contextmanager
def open_market() -> Iterator[Market]:
    """Everybody has registered, has an address and a cart; there is more of everything than they can buy."""
    with open_shop(skus=SKUS, SIGN_IN_TRIES_PER_MINUTE="100000") as measured, open_clients:
        people = [Person(measured.shop).register() for _ in range(CUSTOMERS)]
        customers = [_settled(person) for person in people]
        lan = people[0]
        pages = [lan.ask("GET", "/products", params={"in_stock": True, "limit": 100, "offset": n}) for n in (0, 100)]
        goods = [p["sku"] for page in pages for p in page["products"] if p["unit"] == "piece"]
        for person in people:
            person.put(goods[0])
        ward = lan.ask("GET", "/me/addresses")[0]["ward_code"]
        slot = lan.slot(ward)["id"]
        with psycopg.connect(measured.shop.environment["DATABASE_URL"], autocommit=True) as db:
            db.execute(_NO_SUBSTITUTES)  # what is gone is to be refused, not replaced
            db.execute(_MORE_PLACES)
            db.execute(_MORE_GOODS, [PLENTY])
            db.execute("ANALYZE")
            yield Market(measured, db, customers, goods, slot, lan.store())


def _settled(person: Person) -> Customer:
    token = person.http.headers["Authorization"].removeprefix("Bearer ")
    return Customer(person.live_at()["id"], token)
