"""What the nightly check finds, and what people do about it."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from grocery.kernel.ids import new_id
from grocery.ledger import public as ledger
from grocery.ledger.models import Entry, OrderBook
from grocery.ledger.policies.differences import difference
from grocery.ledger.public import Difference
from tests.ledger.books import balances, entries, owed
from tests.ordering.conftest import NOON
from tests.shop import Customer, Shop

LONG_AFTER = NOON + timedelta(days=30)


@pytest.fixture
def unpaid(shop: Shop, lan: Customer) -> UUID:
    """Three milks that were packed, and nothing was taken yet."""
    shop.stock(milk=10)
    return shop.packed_order(lan, milk=3).id


def test_an_order_may_stand_open_for_some_days(unpaid: UUID):
    assert ledger.check(now=NOON).is_sound
    (order,) = ledger.check(now=LONG_AFTER).open
    assert (order.order_id, order.balance.minor, order.why) == (unpaid, 130_500, Difference.NOT_PAID)


@pytest.mark.parametrize(
    ("charged", "reduced", "taken", "returned", "why"),
    [
        (100, 0, -100, 0, None),
        (100, -30, -100, 30, None),
        (100, 0, -120, 20, None),
        (100, 0, 0, 0, "not_paid"),
        (100, 0, -70, 0, "paid_too_little"),
        (100, 0, -100, 30, "paid_back_too_much"),
        (100, -30, -100, 0, "not_paid_back"),
        (0, 0, -100, 0, "not_charged"),
        (100, 0, -120, 30, "paid_back_too_much"),
    ],
)
def test_a_difference_has_a_name(charged: int, reduced: int, taken: int, returned: int, why: str | None):
    book = OrderBook(charged=charged, reduced=reduced, taken=taken, returned=returned)
    book.balance = charged + reduced + taken + returned
    assert difference(book) == why


def test_the_command_ends_with_an_error_while_somebody_is_needed(unpaid: UUID, monkeypatch: pytest.MonkeyPatch):
    call_command("ledger", "check", stdout=StringIO())
    monkeypatch.setattr("grocery.kernel.clock.now", lambda: LONG_AFTER)
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("ledger", "check", stdout=said)
    assert "130.500" in said.getvalue()


def test_sums_that_are_not_those_of_the_entries_are_found(unpaid: UUID):
    OrderBook.objects.update(charged=1)
    assert len(ledger.check(now=NOON).wrong_sums) == 1


def test_what_nobody_will_pay_is_booked_as_lost_once(unpaid: UUID):
    for _ in range(2):
        ledger.close_order(order_id=unpaid, by=new_id(), note="moved away", now=LONG_AFTER)
    assert entries(unpaid)[1:] == [("by_hand", {"losses": 130_500, "receivable": -130_500})]
    assert (owed(unpaid), ledger.check(now=LONG_AFTER + timedelta(days=30)).is_sound) == (0, True)


def test_a_mistake_is_reversed_once_and_a_reversal_never(unpaid: UUID):
    charge = Entry.objects.get().id
    ledger.reverse(entry_id=charge, by=new_id(), note="twice", now=LONG_AFTER)
    assert (balances(), owed(unpaid)) == ({}, 0)
    for entry in Entry.objects.all():
        with pytest.raises(ledger.AlreadyReversed):
            ledger.reverse(entry_id=entry.id, by=new_id(), note="again", now=LONG_AFTER)
