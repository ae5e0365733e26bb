"""Customers and staff at play, to watch stock move: seeded, paced, and leaving nothing reserved behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from threading import Event, Lock
from time import monotonic
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from grocery.inventory.contracts import ChangeKind, Demand, SimulationFigures, StockChange
from grocery.inventory.models import Lot
from grocery.inventory.services import issue, let_go, reserve
from grocery.inventory.services.change_stock import change_stock
from grocery.inventory.services.days import today
from grocery.kernel.errors import DomainError, Invalid
from grocery.kernel.quantity import quantity

_CART_HELD: Final = timedelta(minutes=15)
_WORKERS: Final = 4
#: What people do, and how often among a hundred things that are done.
_DEEDS: Final = {"reserved": 50, "bought": 25, "cancelled": 10, "received": 10, "wasted": 5}


def simulate(
    *,
    location: UUID,
    rate: int,
    seconds: int,
    skus: int,
    seed: int,
    clock: Callable[[], datetime],
    report: Callable[[SimulationFigures], None],
    stop: Event,
) -> SimulationFigures:
    """Let four people do so many things per second with so many SKUs of a store, until time is up or `stop` is set.

    They fill carts, buy, cancel, receive and waste through the services that the shop itself uses. What is still
    reserved in the end is let go, also when it is interrupted. `report` hears the figures every second. The same seed
    makes the same people want the same; what they get depends on who comes first. Call outside a transaction.
    """
    shelf = sorted(Lot.objects.on_shelf().in_store(location).skus())
    if not shelf:
        raise Invalid("location", "There is nothing on the shelves.", "Trên kệ không có hàng.")
    chosen = Random(seed).sample(shelf, min(skus, len(shelf)))  # noqa: S311 - a game
    tally = Tally()
    people = [Person(location, chosen, Random(seed + number), clock, tally) for number in range(_WORKERS)]  # noqa: S311 - a game
    with ThreadPoolExecutor(_WORKERS) as pool:
        busy = [pool.submit(person.work, stop, pause=_WORKERS / rate) for person in people]
        try:
            while not stop.wait(1) and tally.figures().seconds < seconds:
                report(tally.figures())
        finally:
            stop.set()
        for one in busy:
            one.result()
    return tally.figures()


@dataclass(slots=True)
class Tally:
    """What everybody has done."""

    _began: float = field(default_factory=monotonic)
    _deeds: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def add(self, deed: str) -> None:
        with self._lock:
            self._deeds[deed] += 1

    def figures(self) -> SimulationFigures:
        with self._lock:
            deeds = {deed: self._deeds[deed] for deed in (*_DEEDS, "refused")}
        return SimulationFigures(seconds=monotonic() - self._began, **deeds)


@dataclass(slots=True)
class Person:
    """Somebody who does one thing after the other, on a connection of their own."""

    location: UUID
    skus: Sequence[str]
    chance: Random
    clock: Callable[[], datetime]
    tally: Tally
    carts: list[str] = field(default_factory=list)

    def work(self, stop: Event, *, pause: float) -> None:
        """Until told to stop; then let go what is in the carts."""
        due = monotonic()
        try:
            while not stop.is_set():
                self._do(self.chance.choices(list(_DEEDS), list(_DEEDS.values()))[0])
                due += pause
                stop.wait(max(0, due - monotonic()))
        finally:
            for cart in self.carts:
                let_go.release(holder=cart, now=self.clock())
            connection.close()

    def _do(self, deed: str) -> None:
        deeds = {
            "reserved": self._fill_a_cart,
            "bought": self._buy,
            "cancelled": self._cancel,
            "received": self._receive,
            "wasted": self._waste,
        }
        try:
            done = deeds[deed]()
        except DomainError:
            self.tally.add("refused")
        else:
            if done:
                self.tally.add(deed)

    def _fill_a_cart(self) -> bool:
        now, cart = self.clock(), f"cart:{UUID(int=self.chance.getrandbits(128), version=4)}"
        # The first of them sell most: a flat shop would never run low.
        wanted = {self.skus[int(len(self.skus) * self.chance.random() ** 2)] for _line in range(5)}
        with transaction.atomic():
            reserve.reserve(
                holder=cart,
                location=self.location,
                demands=[Demand(sku, quantity(self.chance.randint(1, 3))) for sku in sorted(wanted)],
                good_on=today(self.location, now=now),
                until=now + _CART_HELD,
                now=now,
            )
        self.carts.append(cart)
        return True

    def _buy(self) -> bool:
        if cart := self._any_cart():
            issue.issue(holder=cart, quantities=None, now=self.clock(), by=None)
        return bool(cart)

    def _cancel(self) -> bool:
        if cart := self._any_cart():
            let_go.release(holder=cart, now=self.clock())
        return bool(cart)

    def _receive(self) -> bool:
        expires = today(self.location, now=self.clock()) + timedelta(days=self.chance.randint(3, 20))
        amount = quantity(self.chance.randint(5, 20))
        self._change(StockChange(ChangeKind.RECEIVE, self.chance.choice(self.skus), amount, expires_on=expires))
        return True

    def _waste(self) -> bool:
        sku = self.chance.choice(self.skus)
        self._change(StockChange(ChangeKind.WASTE, sku, quantity(1), reason="simulated"))
        return True

    def _change(self, change: StockChange) -> None:
        change_stock(location=self.location, changes=[change], now=self.clock(), by=None, reference="simulation")

    def _any_cart(self) -> str:
        return self.carts.pop(self.chance.randrange(len(self.carts))) if self.carts else ""
