"""What a bank takes from us while it decides stands aside: the order is paid as it was."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.kernel.outbox import publish
from grocery.payments import events
from tests.ledger.books import balances, entries, owed
from tests.ordering.conftest import NOON
from tests.shop import Customer, Shop

pytestmark = pytest.mark.django_db
AMOUNT, FEE = 130_500, 390_000


def tell(shop: Shop, order_id: UUID, *facts: tuple[type[events.MoneyEvent], int], **more: Any) -> None:
    about: dict[str, Any] = {
        "order_id": order_id,
        "order_number": "G-20418",
        "store_id": shop.store.id,
        "payment_id": new_id(),
        "method": "card",
        "provider": "stripe",
        "reference": "dp_1",
        "at": NOON,
    } | (more or {"dispute_id": new_id()})
    with transaction.atomic():
        publish(*(fact(**about, amount=dong(amount)) for fact, amount in facts))
    shop.tell()


def test_money_that_a_bank_took_is_disputed_until_it_is_lost_and_the_order_stays_closed(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    order = shop.delivered_order(lan, milk=3).id
    tell(shop, order, (events.DisputeWithdrawn, AMOUNT), (events.DisputeFeeTaken, FEE), (events.DisputeLost, AMOUNT))
    # In the order in which they were heard, which is not that in which they were told.
    assert dict(entries(order)[2:]) == {
        "disputed": {"disputed": AMOUNT, "clearing/stripe": -AMOUNT},
        "dispute_fee": {"fees/stripe": FEE, "clearing/stripe": -FEE},
        "dispute_lost": {"losses": AMOUNT, "disputed": -AMOUNT},
    }
    assert owed(order) == 0


def test_a_dispute_that_is_won_leaves_the_fee(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    order = shop.delivered_order(lan, milk=3).id
    before = balances()
    lost = ((events.DisputeWithdrawn, AMOUNT), (events.DisputeFeeTaken, FEE), (events.DisputeLost, AMOUNT))
    tell(shop, order, *lost, (events.DisputeLossUndone, AMOUNT), (events.DisputeReinstated, AMOUNT))
    assert balances() == before | {"fees": FEE, "clearing": -FEE}
    assert owed(order) == 0


def test_what_was_owed_and_their_bank_has_given_them_was_no_loss(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    order = shop.delivered_order(lan, milk=3).id
    part: dict[str, Any] = {"refund_id": new_id(), "part_id": new_id(), "by_bank": True}
    tell(shop, order, (events.DisputeWithdrawn, AMOUNT), (events.DisputeLost, AMOUNT))
    tell(shop, order, (events.MoneyReturned, 25_000), by_hand=False, **part)
    assert (balances()["losses"], owed(order)) == (AMOUNT - 25_000, 25_000)
    tell(shop, order, (events.MoneyReturnUndone, 25_000), **part)
    assert (balances()["losses"], owed(order)) == (AMOUNT, 0)
