"""Traders are killed in the middle of reserving, letting go and issuing; the books balance, nothing is sold twice."""

from __future__ import annotations

import random
import time
from datetime import timedelta
from multiprocessing.process import BaseProcess
from threading import Event
from uuid import UUID

import pytest
from django.db import connection

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.inventory.models import Movement, Reservation
from grocery.kernel import clock
from grocery.kernel.quantity import quantity
from tests.chaos import buyers
from tests.forking import forks
from tests.inventory.test_hot_items import undealt

TRADERS, KILLS, RECEIVED = 3, 15, 5_000

pytestmark = pytest.mark.django_db(transaction=True)

_forks = forks(buyers.__name__)


@pytest.fixture
def location() -> UUID:
    """A store with goods in two lots each, half of them hot."""
    now = clock.now()
    store = catalog.save_store(code="chaos", name_en="Chaos", name_vi="Hỗn loạn").id
    for sku in buyers.SKUS:
        lots = [inventory.StockLine(sku, quantity(RECEIVED // 2), now.date() + timedelta(days=day)) for day in (5, 9)]
        inventory.stock_up(location=store, lines=lots, now=now)
        if sku.startswith("hot"):
            inventory.set_hot_rule(sku=sku, location=store, rule=inventory.HotRule.ON)
    return store


def torture(location: UUID, *, torn: bool = False) -> int:
    """Kill a trader (SIGKILL) at whatever it is doing and start another, so many times; how many did something."""

    def start() -> BaseProcess:
        name = connection.settings_dict["NAME"]
        trader = _forks.Process(target=buyers.run, args=[name, location, torn], daemon=True)
        trader.start()
        return trader

    running = [start() for _ in range(TRADERS)]
    begun = time.monotonic()
    while not Reservation.objects.exists() and time.monotonic() < begun + 30:
        Event().wait(0.05)
    for _ in range(KILLS):
        Event().wait(random.uniform(0.02, 0.15))
        victim = running.pop(random.randrange(TRADERS))
        victim.kill()
        victim.join()
        running.append(start())
    for trader in running:
        trader.kill()
        trader.join()
    return int(Reservation.objects.count())


def test_killed_traders_leave_books_that_balance(location: UUID):
    assert torture(location) > 20
    sales = Movement.objects.filter(kind="sold")
    sold = {sku: -sum(part.quantity for part in sales.filter(lot__stock_item__sku=sku)) for sku in buyers.SKUS}
    on_hand = {sku: inventory.stock(sku=sku, now=clock.now())[0].on_hand for sku in buyers.SKUS}
    assert {sku: sold[sku] + on_hand[sku] for sku in buyers.SKUS} == dict.fromkeys(buyers.SKUS, RECEIVED)
    assert [inventory.check_stock(), undealt(), Reservation.objects.filter(allocations=None).count()] == [[], {}, 0]
    everything_is_free_in_time()


def everything_is_free_in_time() -> None:
    """What was reserved by those who were killed, once its time is up."""
    now = clock.now() + timedelta(hours=2)
    inventory.expire_reservations(now=now)
    inventory.tend_hot_items(now=now)
    levels = [inventory.stock(sku=sku, now=now)[0] for sku in buyers.SKUS]
    assert all(not level.reserved and level.available == level.on_hand for level in levels)


def test_control_if_taking_and_promising_were_two_transactions_the_books_would_not_balance(location: UUID):
    torture(location, torn=True)
    assert inventory.check_stock()
