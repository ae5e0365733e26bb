"""Cash that drivers bring: counted once, by somebody else, against what they collected order by order."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from grocery.kernel.errors import Conflict, Invalid, NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.models import OutboxEvent
from grocery.kernel.money import dong
from grocery.payments import public as payments
from grocery.payments.models import CashHandIn, Payment
from grocery.payments.public import CashDifference
from grocery.payments.services import hand_in_cash as service
from tests.payments.conftest import COMMITTED, STORE, Till
from tests.payments.test_racing import MANY, at_once

pytestmark = COMMITTED

DRIVER, CLERK = new_id(), new_id()
ZONE = "Asia/Ho_Chi_Minh"


def collected(till: Till, *amounts: int, by: UUID = DRIVER, **how: Any) -> list[UUID]:
    """Orders whose cash that driver has taken; the ids of their payments."""
    found = []
    for amount in amounts:
        order_id = till.open(dong(amount), payments.Method.CASH_ON_DELIVERY)
        payments.record_cash(order_id=order_id, amount=dong(amount), now=till.now, by=by, **how)
        found.append(till.payment(order_id).id)
    return found


def out(store_id: UUID = STORE) -> list[tuple[str, list[int]]]:
    """Who has what, order by order."""
    rounds = payments.cash_rounds(store_id=store_id, zone=ZONE)
    return [(one.carrier, [order.amount.minor for order in one.orders]) for one in rounds]


def hand_in(till: Till, payment_ids: Sequence[UUID], counted: int, **asked: Any) -> int:
    """What it differs by."""
    terms: dict[str, Any] = {"hand_in_id": new_id(), "store_id": STORE, "carrier": str(DRIVER), "by": CLERK} | asked
    return payments.hand_in_cash(payment_ids=payment_ids, counted=dong(counted), now=till.now, **terms).minor


def told() -> list[tuple[str, int]]:
    """Each fact about handed-in cash, and what was counted."""
    facts = OutboxEvent.objects.filter(stream__startswith="cash:").order_by("published_at", "id")
    return [(fact.name.removeprefix("payments."), fact.payload["counted"]["minor"]) for fact in facts]


def test_what_a_driver_collected_is_out_until_it_is_handed_in(till: Till):
    mine = collected(till, 345_000, 120_000)
    assert out() == [(str(DRIVER), [345_000, 120_000])]
    assert (hand_in(till, mine, 465_000), out(), told()) == (0, [], [("CashHandedIn", 465_000)])


def test_what_was_paid_in_the_store_is_carried_by_nobody(till: Till):
    collected(till, 345_000, at_counter=True)
    assert out() == []


def test_a_courier_sends_what_it_collected_to_the_bank_and_keeps_its_fee(till: Till):
    theirs = collected(till, 345_000, courier="viettelpost")
    assert out() == [("viettelpost", [345_000])]
    sent = {"carrier": "viettelpost", "into": payments.Into.BANK, "reason": CashDifference.FEE, "note": "VTP 88"}
    assert hand_in(till, theirs, 337_000, **sent) == -8_000


@pytest.mark.parametrize(
    ("counted", "reason"), [(340_000, CashDifference.MISSING), (350_000, CashDifference.TOO_MUCH)]
)
def test_a_difference_needs_a_reason(till: Till, counted: int, reason: CashDifference):
    mine = collected(till, 345_000)
    with pytest.raises(payments.DifferenceUnexplained):
        hand_in(till, mine, counted)
    assert (hand_in(till, mine, counted, reason=reason), out()) == (counted - 345_000, [])


def test_what_is_exact_has_no_reason(till: Till):
    hand_in(till, collected(till, 345_000), 345_000, reason=CashDifference.MISSING)
    assert CashHandIn.objects.get().reason == ""


def test_all_of_it_may_be_gone_but_less_than_nothing_is_a_slip(till: Till):
    mine = collected(till, 345_000)
    with pytest.raises(Invalid):
        hand_in(till, mine, -1, reason=CashDifference.MISSING)
    assert hand_in(till, mine, 0, reason=CashDifference.MISSING) == -345_000


def test_a_part_of_a_round_may_come_first(till: Till):
    mine = collected(till, 345_000, 120_000)
    hand_in(till, mine[:1], 345_000)
    assert out() == [(str(DRIVER), [120_000])]


def test_nobody_counts_what_they_carry(till: Till):
    with pytest.raises(payments.OwnCash):
        hand_in(till, collected(till, 345_000), 345_000, by=DRIVER)


def test_what_others_carry_or_another_store_is_owed_is_not_taken_in(till: Till):
    others = collected(till, 100_000, by=new_id())
    mine = collected(till, 345_000)
    for wanted, store_id in (([*mine, *others], STORE), (mine, new_id()), ([], STORE)):
        with pytest.raises(payments.CashIs):
            hand_in(till, wanted, 445_000, store_id=store_id)
    assert (len(out()), told()) == (2, [])


def test_the_same_form_twice_counts_once_and_other_figures_are_a_conflict(till: Till):
    mine, key = collected(till, 345_000), new_id()
    for _ in range(2):
        hand_in(till, mine, 345_000, hand_in_id=key)
    with pytest.raises(Conflict):
        hand_in(till, mine, 344_000, hand_in_id=key, reason=CashDifference.MISSING)
    assert told() == [("CashHandedIn", 345_000)]


def test_undone_the_driver_has_it_again_and_it_can_be_counted_anew(till: Till):
    mine, key = collected(till, 345_000), new_id()
    hand_in(till, mine, 340_000, hand_in_id=key, reason=CashDifference.MISSING)
    payments.undo_hand_in(hand_in_id=key, by=CLERK, why="miscounted", now=till.now)
    assert out() == [(str(DRIVER), [345_000])]
    with pytest.raises(payments.CashIs):
        payments.undo_hand_in(hand_in_id=key, by=CLERK, why="again", now=till.now)
    with pytest.raises(NotFound):
        payments.undo_hand_in(hand_in_id=new_id(), by=CLERK, why="", now=till.now)
    hand_in(till, mine, 345_000)
    assert told() == [("CashHandedIn", 340_000), ("CashHandInUndone", 340_000), ("CashHandedIn", 345_000)]


def test_of_several_who_count_the_same_cash_at_once_one_takes_it_in(till: Till):
    mine = collected(till, 345_000, 120_000)
    outcomes = at_once(lambda _: hand_in(till, mine, 465_000))
    assert (outcomes.count(0), outcomes.count(payments.CashIs), told()) == (1, MANY - 1, [("CashHandedIn", 465_000)])


def test_without_the_lock_it_would_come_in_twice(till: Till, monkeypatch: pytest.MonkeyPatch):
    mine, together = collected(till, 345_000), Barrier(MANY)

    def read_together(carrier: str, **among: Any) -> list[Payment]:
        found = list(Payment.objects.carried(STORE))
        together.wait()
        return found

    monkeypatch.setattr(type(Payment.objects), "carried_by", lambda self, *a, **k: read_together(*a, **k))
    assert at_once(lambda _: hand_in(till, mine, 345_000)).count(0) > 1


def test_the_database_refuses_a_difference_that_nobody_explained(till: Till):
    hand_in(till, collected(till, 345_000), 345_000)
    with pytest.raises(IntegrityError), transaction.atomic():
        CashHandIn.objects.update(counted=1)


def test_the_figures_say_how_much_is_out_and_since_when(till: Till):
    collected(till, 345_000, 120_000)
    money, age = service._Carried().collect()
    assert (money.samples[0].value, 0 <= age.samples[0].value < 60) == (465_000, True)
