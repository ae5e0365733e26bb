"""A limit holds, also against those who come all at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from grocery.kernel import valkey
from grocery.kernel.errors import TooManyRequests, Unavailable
from grocery.kernel.ratelimit import limit


@pytest.fixture
def who() -> str:
    return uuid4().hex


def passes(name: str, who: str, **rates: int) -> bool:
    try:
        limit(name, who, **rates)  # type: ignore[arg-type]  # rates only
    except TooManyRequests:
        return False
    return True


def test_so_many_pass_and_no_more(who: str):
    assert [passes("t", who, per_minute=3) for _ in range(5)] == [True, True, True, False, False]


def test_of_sixty_at_once_five_pass(who: str):
    start = threading.Barrier(60)

    def call(_: int) -> bool:
        start.wait()
        return passes("t", who, per_minute=5)

    with ThreadPoolExecutor(60) as pool:
        assert sum(pool.map(call, range(60))) == 5


def test_each_has_a_limit_of_his_own(who: str):
    assert [passes("t", who + name, per_minute=1) for name in "ab"] == [True, True]


def test_each_thing_has_a_limit_of_its_own(who: str):
    assert [passes(name, who, per_minute=1) for name in "ab"] == [True, True]


def test_the_tightest_of_several_rates_holds(who: str):
    assert [passes("t", who, per_minute=5, per_day=2) for _ in range(3)] == [True, True, False]


def test_who_is_refused_is_told_how_long_to_wait(who: str):
    limit("t", who, per_minute=1)
    with pytest.raises(TooManyRequests) as refusal:
        limit("t", who, per_minute=1)
    assert 58 <= refusal.value.retry_after <= 60


def test_a_place_is_free_again_when_its_minute_is_over(who: str):
    limit("t", who, per_minute=1)
    for key in valkey.client().scan_iter("limit:t:60:*"):
        moment = int(valkey.client().lindex(key, 0))  # type: ignore[arg-type]  # a number in bytes
        valkey.client().lset(key, 0, str(moment - 60_000_000))
    assert passes("t", who, per_minute=1)


def test_whom_it_counts_cannot_be_read_in_valkey():
    limit("t", "lan@example.com", per_minute=100)
    assert [key for key in valkey.client().scan_iter("limit:*") if b"lan" in key] == []


@pytest.mark.usefixtures("no_valkey")
def test_without_valkey_calls_pass(who: str):
    assert passes("t", who, per_minute=1)


@pytest.mark.usefixtures("no_valkey")
def test_without_valkey_what_must_not_go_uncounted_is_refused(who: str):
    with pytest.raises(Unavailable):
        limit("t", who, per_minute=1, fail_closed=True)


def test_a_limit_without_a_rate_is_a_mistake(who: str):
    with pytest.raises(ValueError, match="needs a rate"):
        limit("t", who)
