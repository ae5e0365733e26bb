"""Refresh tokens: each works once, and a second use ends the family."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from grocery.accounts import public as accounts
from grocery.accounts.models import RefreshFamily
from grocery.kernel.ids import new_id
from tests.accounts.people import DAY, MINUTE, NOON, PASSWORD, mai, nam, statements

pytestmark = pytest.mark.django_db


def signed_in(customer: accounts.Profile | None = None) -> accounts.TokenPair:
    return accounts.sign_in(email=(customer or mai()).email, password=PASSWORD, now=NOON)


def refresh(pair: accounts.TokenPair, *, after: timedelta = MINUTE) -> accounts.TokenPair:
    return accounts.refresh(refresh_token=pair.refresh_token, now=NOON + after)


def refused(pair: accounts.TokenPair, *, after: timedelta = MINUTE) -> bool:
    try:
        refresh(pair, after=after)
    except accounts.RefreshRefused:
        return True
    return False


def test_a_refresh_token_buys_the_next_pair():
    customer = mai()
    first = signed_in(customer)
    second = refresh(first)
    who = accounts.principal_of_token(access_token=second.access_token, now=NOON + MINUTE)
    assert (who.id, second.expires_in) == (customer.id, 600)
    assert second.refresh_token != first.refresh_token


def test_only_the_hash_of_a_refresh_token_is_kept():
    pair = signed_in()
    secret = pair.refresh_token.partition(".")[2]
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(f)::text FROM accounts_refreshfamily f")
        kept = cursor.fetchone()[0]
    assert (len(secret), secret in kept) == (43, False)


def test_refreshing_takes_one_update_and_one_select():
    pair = signed_in()
    with statements() as said:
        refresh(pair)
    assert [sql.split()[0] for sql in said] == ["UPDATE", "SELECT"]


def test_using_a_token_again_ends_its_family():
    first = signed_in()
    second = refresh(first)
    assert refused(first)
    assert refused(second)
    assert [family.ended_because for family in RefreshFamily.objects.all()] == ["reused"]


def test_another_device_is_not_touched():
    customer = mai()
    phone, desk = signed_in(customer), signed_in(customer)
    refresh(phone)
    assert refused(phone)
    assert not refused(desk)


def test_signing_out_ends_the_family_and_is_silent_ever_after():
    customer = mai()
    pair, other = signed_in(customer), signed_in(customer)
    for token in (pair.refresh_token, pair.refresh_token, "rubbish", f"{new_id().hex}.rubbish", "\ud800"):
        accounts.sign_out(refresh_token=token, now=NOON)
    assert refused(pair)
    assert not refused(other)


def test_signing_out_with_a_spent_token_ends_the_family_too():
    first = signed_in()
    second = refresh(first)
    accounts.sign_out(refresh_token=first.refresh_token, now=NOON)
    assert refused(second)


def test_a_token_is_good_for_thirty_days_from_its_last_use():
    pair = signed_in()
    assert refused(pair, after=30 * DAY)
    second = refresh(pair, after=29 * DAY)
    assert not refused(second, after=58 * DAY)


def test_an_expired_family_is_left_as_it_was():
    pair = signed_in()
    assert refused(pair, after=31 * DAY)
    assert [family.ended_because for family in RefreshFamily.objects.all()] == [""]


def test_a_restored_backup_ends_every_family(settings: Any):
    pair = signed_in()
    settings.RESTORE_EPOCH = 1
    assert refused(pair)
    assert not refused(signed_in(nam()))


def test_a_changed_role_shows_in_the_next_token():
    customer = mai()
    pair = signed_in(customer)
    accounts.update_profile(customer_id=customer.id, language="en")
    token = refresh(pair).access_token
    assert accounts.principal_of_token(access_token=token, now=NOON).language == "en"


@pytest.mark.parametrize("token", ["", ".", "x.y", "é.x", "0" * 32, "0" * 32 + ".", "\ud800", "0" * 32 + ".\ud800"])
def test_rubbish_is_refused(token: str):
    with pytest.raises(accounts.RefreshRefused):
        accounts.refresh(refresh_token=token, now=NOON)


def in_threads(work: Callable[[], str], times: int) -> list[str]:
    """What `work` returned in so many threads that began together, each with a connection of its own."""
    together, outcomes = Barrier(times), []

    def run() -> None:
        together.wait()
        try:
            outcomes.append(work())
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_use_one_token_at_once_one_wins_and_the_family_ends():
    pair, won = signed_in(), []

    def attempt() -> str:
        try:
            won.append(refresh(pair))
        except accounts.RefreshRefused:
            return "refused"
        return "won"

    assert in_threads(attempt, 8) == ["refused"] * 7 + ["won"]
    assert refused(won[0])


@pytest.mark.django_db(transaction=True)
def test_without_the_conditional_update_several_would_win():
    """The negative control: look first, write then, as it must not be done."""
    family, all_looked = signed_in().refresh_token.partition(".")[0], Barrier(8)

    def attempt() -> str:
        row = RefreshFamily.objects.get(pk=family)
        all_looked.wait()
        if row.rotations:
            return "refused"
        RefreshFamily.objects.filter(pk=family).update(rotations=1)
        return "won"

    assert in_threads(attempt, 8) == ["won"] * 8


@pytest.mark.django_db(transaction=True)
def test_refreshing_inside_a_transaction_is_a_mistake():
    pair = signed_in()
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        refresh(pair)


@pytest.mark.parametrize("wrong", [{"ended_at": NOON}, {"ended_because": "reused"}, {"digest": "plain text"}])
def test_the_database_refuses_half_truths(wrong: dict[str, Any]):
    signed_in()
    with pytest.raises(IntegrityError), transaction.atomic():
        RefreshFamily.objects.update(**wrong)
