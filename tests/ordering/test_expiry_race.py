"""An order ends unpaid in the moment in which its transfer arrives: it is confirmed, or the money is owed back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from grocery.ledger.models import OrderBook
from grocery.ordering import public as ordering
from grocery.payments import public as payments
from grocery.payments.models import Payment
from grocery.payments.policies.transfers import Source, Told
from grocery.payments.services.take_transfer import take_transfer
from tests.shop import Shop

ROUNDS = 6


def at_once(*acts: Any) -> None:
    """At the same moment, on connections of their own."""
    barrier = Barrier(len(acts))

    def one(act: Any) -> None:
        barrier.wait()
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        list(pool.map(one, acts))


@pytest.mark.django_db(transaction=True)
def test_money_that_comes_when_the_order_ends_is_for_the_order_or_goes_back(settings: Any):
    settings.PAYMENT_METHODS = ("bank_transfer",)
    settings.BANK_BIN, settings.BANK_ACCOUNT, settings.BANK_ACCOUNT_HOLDER = "970436", "0123456789", "CTY GROCERY"
    shop = Shop()
    shop.stock(milk=100)
    lan = shop.customer("lan")
    late = datetime.now(UTC) + timedelta(days=1)
    ends = set()
    for number in range(ROUNDS):
        order = shop.order(lan, method="bank_transfer", milk=2).id
        told = transfer(order, f"FT{number}")
        at_once(
            lambda: ordering.cancel_unpaid(now=late),
            lambda told=told: take_transfer(told, Source.NOTICE, now=late),
        )
        shop.tell()
        ordering.cancel_unpaid(now=late)  # a fact that came first is heard by now
        shop.tell()
        ends.add(end_of(order))
    assert ends <= {("confirmed", 92_000, 0, -92_000), ("cancelled", 92_000, 92_000, -92_000)}


def transfer(order: UUID, reference: str) -> Told:
    wanted = Payment.objects.get(order_id=order)
    return Told(reference, "970436", "0123456789", wanted.amount, "VND", wanted.memo, "LAN", "1", datetime.now(UTC))


def end_of(order: UUID) -> tuple[str, int, int, int]:
    """Where it stands, what we have of it, what we owe of that, and what the books say."""
    view = payments.payment(order_id=order)
    owed = sum(refund.amount.minor for refund in view.refunds)
    state = ordering.order(order_id=order).state.value
    return state, view.captured.minor, owed, OrderBook.objects.get(order_id=order).balance
