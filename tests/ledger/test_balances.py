"""Sums of days, months and years are those of the postings, however they came to be; and a wrong one is found."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from io import StringIO
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from grocery.kernel.ids import new_id
from grocery.ledger import public as ledger
from grocery.ledger.contracts import Account, Draft, EntryKind, Line
from grocery.ledger.models import Balance, Entry, Posting, Unfolded
from grocery.ledger.services.book import book
from tests.ledger.test_guards import NOW
from tests.ledger.test_races import at_once

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
STORES = [None, new_id(), new_id()]

pytestmark = pytest.mark.django_db


def moved(at: datetime, amount: int = 100, store_id: UUID | None = None, provider: str = "stripe") -> Draft:
    lines = (Line(Account.CLEARING, amount, subject=provider), Line(Account.BANK, -amount))
    return Draft(kind=EntryKind.PAYOUT, source=str(new_id()), at=at, lines=lines, store_id=store_id)


def local(year: int, month: int, day: int, hour: int = 12) -> datetime:
    return datetime(year, month, day, hour, tzinfo=ZONE)


def found(first: date, last: date, store_id: UUID | None) -> dict[tuple[str, str], tuple[int, int, int]]:
    lines = ledger.trial_balance(first=first, last=last, store_id=store_id).lines
    return {(x.account, x.subject): (x.opening.minor, x.debit.minor, x.credit.minor) for x in lines}


def added_up(first: date, last: date, store_id: UUID | None) -> dict[tuple[str, str], tuple[int, int, int]]:
    """The same by adding up every posting, in Python."""
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    begin, end = ledger.span(first, last)
    postings = Posting.objects.select_related("entry").filter(entry__at__lt=end)
    for line in postings if store_id is None else postings.filter(entry__store_id=store_id):
        where = 0 if line.entry.at < begin else 1 if line.amount > 0 else 2
        sums[line.account, line.subject][where] += -line.amount if where == 2 else line.amount
    return {key: (opening, debit, credit) for key, (opening, debit, credit) in sums.items()}


def test_any_period_is_what_its_postings_come_to_folded_or_not():
    chance = Random(7)
    begin = local(2024, 11, 1, 0)
    for part in range(6):
        times = [begin + timedelta(minutes=chance.randrange(60 * 24 * 500)) for _ in range(40)]
        book([moved(at, 10**part, chance.choice(STORES), chance.choice(["stripe", "momo"])) for at in times], now=NOW)
        if part < 5:
            ledger.fold(now=NOW)
    assert Unfolded.objects.count() == 40
    for _ in range(25):
        first = begin.date() + timedelta(days=chance.randrange(-5, 505))
        last, store = first + timedelta(days=chance.choice([0, 1, 30, 400])), chance.choice(STORES)
        assert found(first, last, store) == added_up(first, last, store), (first, last, store)


def test_a_day_is_the_shops_and_a_year_ends_at_its_midnight():
    book([moved(local(2026, 12, 31, 23)), moved(local(2027, 1, 1, 0), 7)], now=NOW)
    for _ in range(2):
        assert found(date(2027, 1, 1), date(2027, 1, 1), None)["clearing", "stripe"] == (100, 7, 0)
        ledger.fold(now=NOW)


def test_an_accounts_card_begins_with_what_was_there():
    book([moved(local(2026, 11, 1)), moved(local(2026, 11, 2), 7, provider="momo")], now=NOW)
    asked: dict[str, Any] = {"account": Account.CLEARING, "rate": None, "day": date(2026, 11, 2), "store_id": None}
    assert ledger.opening(**asked, provider="").minor == 100
    assert ledger.opening(**asked, provider="momo").minor == 0


@pytest.mark.parametrize("grain", ["day", "month", "year"])
def test_a_sum_that_is_not_that_of_its_postings_is_found_by_the_command_and_mended(grain: str):
    book([moved(local(2026, 11, 1)), moved(local(2026, 11, 2))], now=NOW)
    call_command("ledger", "check", stdout=StringIO())
    Balance.objects.filter(grain=grain, account="bank", begin__lte=date(2026, 11, 1)).update(credit=1)
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("ledger", "check", stdout=said)
    assert f"bank, {grain} of 2026-" in said.getvalue()
    call_command("ledger", "refold", stdout=StringIO())
    call_command("ledger", "check", stdout=StringIO())


def test_what_is_slipped_into_an_old_entry_is_found_in_its_days_turn():
    book([moved(local(2026, 1, day)) for day in range(1, 31)], now=NOW)
    ledger.fold(now=local(2026, 2, 1))
    entry = Entry.objects.earliest("at")
    with transaction.atomic():
        Posting.objects.create(entry=entry, account=Account.TILL, amount=5)
        Posting.objects.create(entry=entry, account=Account.BANK, amount=-5)
    nights = [ledger.check(now=local(2026, 11, 1) + timedelta(days=n)) for n in range(5)]
    assert {night.days for night in nights} == {7}
    assert {w.account for night in nights for w in night.wrong_balances} == {Account.TILL, Account.BANK}
    assert not ledger.check(now=NOW, everything=True).is_sound


@pytest.mark.django_db(transaction=True, available_apps=["grocery.ledger"])
def test_whoever_books_while_others_fold_and_read_counts_once():
    """Readers see all of a posting or nothing: what is on both accounts together is never anything."""

    def act(number: int) -> None:
        for _ in range(10):
            if number < 4:
                book([moved(NOW, 1)], now=NOW)
            elif number < 6:
                ledger.fold(now=NOW)
            else:
                assert ledger.trial_balance(first=NOW.date(), last=NOW.date(), store_id=None).is_balanced

    at_once(act, 8)
    assert found(NOW.date(), NOW.date(), None)["clearing", "stripe"] == (0, 40, 0)
    assert ledger.check(now=NOW).is_sound


@pytest.mark.django_db(transaction=True, available_apps=["grocery.ledger"])
def test_whoever_books_waits_for_no_sum():
    """Also while somebody holds all sums and is folding."""
    book([moved(NOW)], now=NOW)
    ledger.fold(now=NOW)
    with transaction.atomic():
        list(Balance.objects.select_for_update())
        with connection.cursor() as cursor:
            cursor.execute('LOCK TABLE "ledger_balance" IN EXCLUSIVE MODE')
        at_once(lambda _: book([moved(NOW)], now=NOW), 2)
    assert Unfolded.objects.count() == 2
