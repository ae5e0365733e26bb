"""Cash that is taken to the bank: out of the safe once, and found where the bank has booked it."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from grocery.kernel.errors import Conflict, Invalid, NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.models import OutboxEvent
from grocery.kernel.money import dong
from grocery.payments import public as payments
from grocery.payments.models import CashDeposit, IncomingTransfer, Safe
from grocery.payments.models.deposits import CashDepositQuerySet, SafeQuerySet
from grocery.payments.policies.deposits import names_slip, slip_number
from grocery.payments.public import CashDifference, DepositState
from grocery.payments.services import deposit_cash as service
from tests.payments.conftest import COMMITTED, STORE, Till
from tests.payments.test_bank_notices import offered, queue, tell, transfer
from tests.payments.test_hand_ins import collected, hand_in
from tests.payments.test_racing import MANY, at_once

__all__ = ["offered"]

pytestmark = pytest.mark.django_db

CLERK, MANAGER = new_id(), new_id()
SLIP = "GB-0012/34"


@pytest.fixture(autouse=True)
def cash_too(offered: None, settings: Any) -> None:
    settings.PAYMENT_METHODS = ("cash_on_delivery", "bank_transfer")


def filled(till: Till, *amounts: int) -> None:
    """What drivers have handed in."""
    hand_in(till, collected(till, *amounts), sum(amounts))


def take(till: Till, amount: int, slip: str = SLIP, **asked: Any) -> DepositState:
    terms: dict[str, Any] = {"deposit_id": new_id(), "store_id": STORE, "taken_on": till.now.date(), "by": CLERK}
    return payments.deposit_cash(amount=dong(amount), slip=slip, now=till.now, **terms | asked)


def there() -> int:
    return payments.in_the_safe(store_id=STORE).minor


def came(till: Till, memo: str, amount: int, reference: str = "FT1") -> IncomingTransfer:
    tell(till, transfer(memo, amount, reference))
    return IncomingTransfer.objects.get(reference=reference)


def settle(till: Till, found: IncomingTransfer, slip: str = SLIP, **why: Any) -> int:
    return payments.settle_as_deposit(
        transfer_id=found.id, slip=slip, by=MANAGER, note="asked the bank", now=till.now, **why
    ).minor


def the_one() -> CashDeposit:
    return CashDeposit.objects.get()


def told() -> list[str]:
    facts = OutboxEvent.objects.filter(name__in=["payments." + name for name in NAMES]).order_by("published_at", "id")
    return [fact.name.removeprefix("payments.") for fact in facts]


NAMES = ("CashDeposited", "CashDepositUndone", "CashArrived", "CashArrivalUndone", "TransferSettled")


# --- out of the safe ----------------------------------------------------------------------------------------------
def test_what_was_handed_in_is_in_the_safe_until_it_is_taken_to_the_bank(till: Till):
    filled(till, 345_000, 120_000)
    assert (there(), take(till, 400_000), there()) == (465_000, DepositState.ON_ITS_WAY, 65_000)
    assert (told(), the_one().slip) == (["CashDeposited"], "GB001234")


def test_what_is_not_in_the_safe_is_not_taken(till: Till):
    filled(till, 345_000)
    with pytest.raises(payments.NotInTheSafe) as refused:
        take(till, 345_001)
    assert "345.000" in refused.value.text("vi")
    with pytest.raises(payments.NotInTheSafe):
        take(till, 1, store_id=new_id())
    assert (there(), told()) == (345_000, [])


def test_what_a_courier_sent_to_the_bank_was_never_in_the_safe(till: Till):
    theirs = collected(till, 345_000, courier="viettelpost")
    hand_in(till, theirs, 345_000, carrier="viettelpost", into=payments.Into.BANK)
    assert there() == 0


def test_a_hand_in_is_not_undone_once_its_cash_is_on_its_way(till: Till):
    key = new_id()
    hand_in(till, collected(till, 345_000), 345_000, hand_in_id=key)
    take(till, 345_000)
    with pytest.raises(payments.NotInTheSafe):
        payments.undo_hand_in(hand_in_id=key, by=CLERK, why="slip", now=till.now)
    payments.undo_deposit(deposit_id=the_one().id, by=MANAGER, why="slip", now=till.now)
    payments.undo_hand_in(hand_in_id=key, by=CLERK, why="slip", now=till.now)
    assert there() == 0


@pytest.mark.parametrize(
    ("amount", "slip", "days"),
    [(0, SLIP, 0), (-1, SLIP, 0), (1, "123", 0), (1, "phiếu", 0), (1, "1" * 25, 0), (1, SLIP, 1), (1, SLIP, -61)],
)
def test_nothing_and_no_slip_and_no_day_of_these_weeks_are_slips_of_the_pen(
    till: Till, amount: int, slip: str, days: int
):
    filled(till, 345_000)
    with pytest.raises(Invalid):
        take(till, amount, slip, taken_on=till.now.date() + timedelta(days=days + 1 if days > 0 else days))
    assert there() == 345_000


def test_the_same_form_twice_counts_once_and_other_figures_are_a_conflict(till: Till):
    filled(till, 345_000)
    key = new_id()
    for _ in range(2):
        take(till, 100_000, deposit_id=key)
    with pytest.raises(Conflict):
        take(till, 100_001, deposit_id=key)
    assert (there(), told()) == (245_000, ["CashDeposited"])


def test_a_slip_is_written_down_once_until_it_is_undone(till: Till):
    filled(till, 345_000)
    take(till, 100_000)
    with pytest.raises(payments.SlipKnown):
        take(till, 100_000, "gb001234")
    payments.undo_deposit(deposit_id=the_one().id, by=MANAGER, why="wrong amount", now=till.now)
    take(till, 200_000, "gb001234")
    assert there() == 145_000


def test_much_needs_a_second_person_and_is_not_in_the_books_before(till: Till, settings: Any):
    settings.REFUND_FOUR_EYES = 100_000
    filled(till, 345_000)
    assert (take(till, 100_001), told(), there()) == (DepositState.WAITING, [], 244_999)
    with pytest.raises(payments.OwnDeposit):
        payments.agree_to_deposit(deposit_id=the_one().id, by=CLERK, now=till.now)
    payments.agree_to_deposit(deposit_id=the_one().id, by=MANAGER, now=till.now)
    assert (the_one().state, told()) == ("on_its_way", ["CashDeposited"])
    with pytest.raises(payments.DepositIs):
        payments.agree_to_deposit(deposit_id=the_one().id, by=MANAGER, now=till.now)
    with pytest.raises(IntegrityError), transaction.atomic():
        CashDeposit.objects.update(agreed_by=CLERK)


def test_what_nobody_agreed_to_goes_back_into_the_safe_without_a_word_to_the_books(till: Till, settings: Any):
    settings.REFUND_FOUR_EYES = 0
    filled(till, 345_000)
    take(till, 100_000)
    payments.undo_deposit(deposit_id=the_one().id, by=MANAGER, why="no such slip", now=till.now)
    assert (there(), told(), the_one().undone_why) == (345_000, [], "no such slip")
    with pytest.raises(payments.DepositIs):
        payments.undo_deposit(deposit_id=the_one().id, by=MANAGER, why="again", now=till.now)
    with pytest.raises(NotFound):
        payments.undo_deposit(deposit_id=new_id(), by=MANAGER, why="", now=till.now)


# --- at the bank --------------------------------------------------------------------------------------------------
def test_what_the_bank_books_with_its_slip_is_found_by_itself(till: Till):
    filled(till, 345_000)
    take(till, 345_000)
    found = came(till, "NOP TIEN MAT SO GB001234 CN Q1", 345_000)
    assert (found.standing, found.oddity, queue()) == ("deposited", "", [])
    assert (the_one().state, the_one().arrived_by, the_one().transfer) == ("at_bank", None, found)
    assert told() == ["CashDeposited", "CashArrived"]
    with pytest.raises(payments.DepositIs):
        payments.undo_deposit(deposit_id=the_one().id, by=MANAGER, why="too late", now=till.now)


def test_what_the_bank_has_told_before_it_was_written_down_is_found_too(till: Till):
    filled(till, 345_000)
    found = came(till, "NOP TM GB-0012/34", 345_000)
    assert found.standing == "open"
    assert (take(till, 345_000), queue()) == (DepositState.AT_BANK, [])
    assert told() == ["CashDeposited", "TransferSettled", "CashArrived"]


def test_another_amount_waits_for_a_person_who_says_why(till: Till):
    filled(till, 345_000)
    take(till, 345_000)
    found = came(till, "NOP TM GB001234", 340_000)
    assert (found.standing, found.oddity, the_one().state) == ("open", "deposit", "on_its_way")
    with pytest.raises(payments.DepositDiffers):
        settle(till, found)
    assert settle(till, found, reason=CashDifference.FALSE_NOTE) == -5_000
    assert (the_one().arrived, the_one().reason, the_one().arrived_by) == (340_000, "false_note", MANAGER)
    assert (queue(), told()) == ([], ["CashDeposited", "TransferSettled", "CashArrived"])


def test_what_a_second_person_has_yet_to_see_is_not_found_by_itself_until_they_have(till: Till, settings: Any):
    settings.REFUND_FOUR_EYES = 0
    filled(till, 345_000)
    take(till, 345_000)
    found = came(till, "NOP TM GB001234", 345_000)
    assert (found.oddity, the_one().state) == ("deposit", "waiting")
    with pytest.raises(payments.DepositIs):
        settle(till, found)
    payments.agree_to_deposit(deposit_id=the_one().id, by=MANAGER, now=till.now)
    assert (the_one().state, queue()) == ("at_bank", [])


def test_two_slips_in_one_booking_are_a_persons_to_tell_apart(till: Till):
    filled(till, 345_000)
    take(till, 100_000)
    take(till, 245_000, "77001")
    assert came(till, "GB001234 77001", 345_000).oddity == "deposit"


def test_a_slip_that_nobody_wrote_down_or_that_was_undone_is_no_deposit(till: Till):
    filled(till, 345_000)
    take(till, 345_000)
    payments.undo_deposit(deposit_id=the_one().id, by=MANAGER, why="slip", now=till.now)
    found = came(till, "NOP TM GB001234", 345_000)
    assert (found.standing, found.oddity) == ("open", "unknown_memo")
    with pytest.raises(NotFound):
        settle(till, found)


def test_a_second_booking_with_the_same_slip_waits_for_a_person(till: Till):
    filled(till, 345_000)
    take(till, 345_000)
    came(till, "GB001234", 345_000)
    again = came(till, "GB001234", 345_000, "FT2")
    assert again.standing == "open"
    with pytest.raises(payments.DepositIs):
        settle(till, again)


def test_what_was_taken_for_it_by_mistake_is_on_its_way_again(till: Till):
    filled(till, 345_000)
    take(till, 345_000)
    found = came(till, "rent", 340_000)
    settle(till, found, reason=CashDifference.OTHER)
    payments.reopen_transfer(transfer_id=found.id, by=MANAGER, note="it was the rent", now=till.now)
    assert (the_one().state, the_one().reason, the_one().transfer, queue()[0][0]) == ("on_its_way", "", None, "FT1")
    came(till, "GB001234", 345_000, "FT2")
    assert (the_one().state, told()[-2:]) == ("at_bank", ["CashArrivalUndone", "CashArrived"])


def test_what_the_bank_then_tells_with_another_amount_waits_for_a_person(till: Till):
    filled(till, 345_000)
    take(till, 345_000)
    came(till, "GB001234", 345_000)
    found = came(till, "GB001234", 344_000)
    assert found.was_paid_otherwise()
    payments.settle_other_amount(transfer_id=found.id, by=MANAGER, note="the first is true", now=till.now)
    found.refresh_from_db()
    assert (found.standing, found.oddity) == ("deposited", "")


def test_the_figures_say_what_the_bank_has_not_booked_for_days_and_what_waits(till: Till, settings: Any):
    filled(till, 345_000)
    take(till, 100_000)
    settings.REFUND_FOUR_EYES = 0
    take(till, 100_000, "77001")

    def figures() -> list[float]:
        return [one.samples[0].value for one in service._Unseen().collect()]

    assert figures() == [0, 1]
    CashDeposit.objects.update(at=till.now - timedelta(days=3, minutes=1))
    assert figures() == [1, 1]


# --- several at once ----------------------------------------------------------------------------------------------
@COMMITTED
def test_of_several_who_take_the_same_cash_at_once_only_as_many_take_it_as_there_is(till: Till):
    filled(till, 250_000)
    outcomes = at_once(lambda number: take(till, 100_000, f"7700{number}"))
    assert (outcomes.count(DepositState.ON_ITS_WAY), outcomes.count(payments.NotInTheSafe)) == (2, MANY - 2)
    assert there() == 50_000


@COMMITTED
def test_of_several_who_write_down_the_same_slip_one_does(till: Till):
    filled(till, 345_000)
    outcomes = at_once(lambda _: take(till, 10_000))
    assert (outcomes.count(DepositState.ON_ITS_WAY), outcomes.count(payments.SlipKnown)) == (1, MANY - 1)


@COMMITTED
def test_the_same_form_sent_several_times_at_once_counts_once(till: Till):
    filled(till, 345_000)
    key = new_id()
    assert at_once(lambda _: take(till, 10_000, deposit_id=key)) == [DepositState.ON_ITS_WAY] * MANY
    assert there() == 335_000


@COMMITTED
def test_told_and_written_down_at_the_same_moment_they_find_each_other(till: Till):
    filled(till, *[10_000] * MANY)

    def one(number: int) -> None:
        if number % 2:
            take(till, 10_000, f"7700{number}")
        else:
            came(till, f"NOP TM 7700{number + 1}", 10_000, f"FT{number}")

    at_once(one)
    assert (queue(), {deposit.state for deposit in CashDeposit.objects.all()}) == ([], {"at_bank"})


@COMMITTED
def test_without_the_claim_more_would_be_taken_than_there_is(till: Till, monkeypatch: pytest.MonkeyPatch):
    filled(till, 100_000)

    def looked_at_first(self: SafeQuerySet, store_id: UUID, amount: Any) -> bool:
        rest = self.holds(store_id) - amount
        meet.wait()
        return bool(self.filter(store_id=store_id).update(amount=rest.minor))

    meet = Barrier(MANY)
    monkeypatch.setattr(SafeQuerySet, "take", looked_at_first)
    monkeypatch.setattr(CashDepositQuerySet, "take_turn", staticmethod(lambda: None))
    assert at_once(lambda n: take(till, 100_000, f"7700{n}")).count(DepositState.ON_ITS_WAY) == MANY


def test_the_database_does_not_let_a_safe_hold_less_than_nothing(till: Till):
    filled(till, 100_000)
    with pytest.raises(IntegrityError), transaction.atomic():
        Safe.objects.update(amount=-1)


# --- slips --------------------------------------------------------------------------------------------------------
@given(st.text("ABCXYZ0123456789", min_size=4, max_size=24).filter(lambda s: any(c.isdigit() for c in s)))
def test_a_slip_is_found_however_it_is_written_but_not_within_another(slip: str):
    assert slip_number(f" {slip[:2].lower()}-{slip[2:]} ") == slip
    assert names_slip(f"nop tien mat so {slip.lower()}, cn 1", slip)
    assert names_slip(f"so {slip[:2]}.{slip[2:]}", slip)
    assert not names_slip(f"so 9{slip}", slip)
