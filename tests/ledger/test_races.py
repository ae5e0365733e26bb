"""At once: facts of one order from several relays, and two people who close the same order."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from grocery.kernel.ids import new_id
from grocery.ledger import public as ledger
from grocery.ledger.models import Entry, OrderBook
from grocery.ledger.services.book import book
from tests.ledger.test_guards import NOW, draft

pytestmark = pytest.mark.django_db(transaction=True, available_apps=["grocery.ledger"])


def at_once(act: Callable[[int], object], many: int) -> None:
    gate = Barrier(many)

    def run(number: int) -> None:
        try:
            gate.wait(10)
            act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(many) as people:
        list(people.map(run, range(many)))


def test_facts_of_one_order_from_all_sides_add_up():
    order = new_id()
    at_once(lambda number: book([draft(f"taken:{number // 2}", order_id=order)], now=NOW), 8)
    assert (Entry.objects.count(), OrderBook.objects.get().balance) == (4, -400)


def test_an_order_is_closed_once_whoever_is_first():
    order = new_id()
    book([draft(order_id=order)], now=NOW)
    at_once(lambda _: ledger.close_order(order_id=order, by=new_id(), note="unclaimed", now=NOW), 4)
    assert (Entry.objects.filter(kind="by_hand").count(), OrderBook.objects.get().balance) == (1, 0)
