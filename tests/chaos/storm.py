"""A shop in a storm: web processes and relays are killed (SIGKILL) at random moments and come back, while people buy,
change their minds, or let their time run out, and a picker packs what is confirmed.

Everything that dies is a process of its own: granian with the shop in it, `manage.py relay`. What runs in this one
only watches, buys over HTTP, and stands in for the clock and for the picker.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import connection

from grocery.inventory import public as inventory
from grocery.kernel import clock
from grocery.kernel.models import IdempotencyKey, InboxEntry
from grocery.ordering import public as ordering
from grocery.ordering.contracts import WrongState
from grocery.ordering.models import Order
from tests import shop as goods
from tests.chaos import verdict
from tests.chaos.houses import ROLES, House, Role
from tests.chaos.shopping import Buyer, Place, Seen, Wish

SKUS = ("eggs", "milk", "rice", "tomatoes")
#: Many want few of these; the last is sold from buckets.
HOT = "tomatoes"
_HOUR = timedelta(hours=1)


@dataclass
class Storm:
    """A stocked shop of two houses and some buyers. `received`: what was put on the shelf of each SKU."""

    store: goods.Shop
    houses: Sequence[House]
    buyers: Sequence[Buyer]
    received: Mapping[str, int]
    dice: random.Random
    killed: dict[Role, int] = field(default_factory=lambda: dict.fromkeys(ROLES, 0))
    seconds: float = 0.0
    troubles: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def rage(self, *, webs: int, relays: int) -> None:
        """Kill so many of each while everybody is at it, let it calm down, and see everything through."""
        begun = time.monotonic()
        with ThreadPoolExecutor(len(self.buyers) + 2) as pool:
            work = [pool.submit(buyer.buy_until, self._over) for buyer in self.buyers]
            work += [pool.submit(self._again_and_again, step) for step in (let_time_pass, self._pack)]
            try:
                self._kill(webs=webs, relays=relays)
            finally:
                self._over.set()
        for done in work:
            done.result()
        self._settle()
        self.seconds = time.monotonic() - begun

    def wishes(self) -> list[Wish]:
        return [wish for buyer in self.buyers for wish in buyer.wishes]

    def seen(self) -> Seen:
        """What all buyers have seen together."""
        each = [buyer.seen for buyer in self.buyers]
        return Seen(
            broken=sum(one.broken for one in each),
            unavailable=sum(one.unavailable for one in each),
            late=sum(one.late for one in each),
            wrong=[*self.troubles, *(what for one in each for what in one.wrong)],
        )

    def faults(self) -> list[str]:
        """All that is wrong now; best nothing."""
        return verdict.faults(store=self.store.store.id, received=self.received, wishes=self.wishes())

    def _kill(self, **times: int) -> None:
        victims: list[Role] = [role for role in ROLES for _ in range(times[f"{role}s"])]
        self.dice.shuffle(victims)
        for role in victims:
            time.sleep(self.dice.uniform(0.1, 0.5))
            # The web process that was not killed last: that is where everybody went.
            house = self.houses[self.killed[role] % len(self.houses)]
            house.kill(role)
            self.killed[role] += 1
            if role == "web":
                forget_who_was_at_work()
            house.start(role)
            if role == "web":
                house.wait_for_the_web()
        time.sleep(0.5)

    def _again_and_again(self, step: Callable[[], object]) -> None:
        try:
            while not self._over.is_set():
                step()
                self._over.wait(0.1)
        except Exception as error:  # noqa: BLE001 - whatever reaches the clock or the picker is what is looked for
            self.troubles.append(f"{type(error).__name__}: {error}")
        finally:
            connection.close()

    def _pack(self) -> None:
        """The picker packs every confirmed order: its goods leave the store. Somebody may cancel it first."""
        for order in Order.objects.filter(state=ordering.OrderState.CONFIRMED).values_list("id", flat=True):
            try:
                ordering.start_picking(order_id=order, by=self.store.picker, now=clock.now())
            except WrongState:
                continue
            ordering.mark_packed(order_id=order, by=self.store.picker, now=clock.now())

    def _settle(self) -> None:
        """What is owed is delivered, what waits for money ends, what is paid for is packed."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            let_time_pass()
            self._pack()
            inventory.pay_feed_debts(now=clock.now())
            if not (InboxEntry.objects.owed().exists() or Order.objects.filter(state__in=_UNDER_WAY).exists()):
                return
            time.sleep(0.05)


_UNDER_WAY = (ordering.OrderState.PLACED, ordering.OrderState.CONFIRMED, ordering.OrderState.PICKING)


def let_time_pass() -> None:
    """An hour later: who has not paid by then gets nothing."""
    later = clock.now() + _HOUR
    inventory.expire_reservations(now=later)
    ordering.cancel_unpaid(now=later)
    inventory.tend_hot_items(now=clock.now())


def forget_who_was_at_work() -> None:
    """The minute passes for which a key stays with a process that died: who repeats is let in."""
    IdempotencyKey.objects.filter(status=None).update(lease_until=clock.now())


@contextmanager
def gathering(houses: Sequence[House], *, units: int, buyers: int, seed: int) -> Iterator[Storm]:
    """A store with so many units of each SKU on its shelf, houses that sell them, buyers at the door."""
    store = goods.Shop()
    store.stock(**dict.fromkeys(SKUS, units))
    inventory.set_hot_rule(sku=HOT, location=store.store.id, rule=inventory.HotRule.ON)
    slot = store.slot(capacity=100_000, hours_ahead=8)
    place = Place([house.url for house in houses], str(slot), goods.HCMC, goods.BEN_THANH, SKUS)
    people = [Buyer(place, seed + number) for number in range(buyers)]
    try:
        for house in houses:
            for role in ROLES:
                house.start(role)
        for house in houses:
            house.wait_for_the_web()
        with ThreadPoolExecutor(buyers) as pool:
            list(pool.map(Buyer.come_in, people))
        yield Storm(store, houses, people, dict.fromkeys(SKUS, units), random.Random(seed))
    finally:
        for buyer in people:
            buyer.leave()
        for house in houses:
            house.stop()
