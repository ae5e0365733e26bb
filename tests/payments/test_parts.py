"""How an amount falls on several payments: rules without a database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grocery.kernel.money import dong, total
from grocery.payments.contracts import MoreThanCaptured, PaymentState, RefundState
from grocery.payments.policies import (
    check_refund,
    look_again_after,
    look_again_after_refund,
    refund_after,
    spread_capture,
    spread_refund,
    state_of_refund,
    top_up_of,
)

LEAST = dong(15_000)
holds = st.lists(st.integers(15_000, 500_000).map(dong), min_size=1, max_size=4)


@given(holds, st.data())
def test_a_capture_is_spread_to_the_dong_and_never_above_a_hold(held, data):
    amount = dong(data.draw(st.integers(1, total(held).minor)))
    shares = spread_capture(amount, held, least=LEAST)
    assert total(shares) == amount
    assert all(dong(0) <= share <= hold for share, hold in zip(shares, held, strict=True))


@given(holds, st.data())
def test_a_provider_is_asked_for_its_least_or_nothing_if_there_is_that_much(held, data):
    amount = dong(data.draw(st.integers(1, total(held).minor)))
    shares = spread_capture(amount, held, least=LEAST)
    used = [share for share in shares if share]
    assert amount < LEAST * len(used) or all(share >= LEAST for share in used)


@given(holds, st.data())
def test_the_oldest_hold_is_taken_first(held, data):
    shares = spread_capture(dong(data.draw(st.integers(1, total(held).minor))), held, least=LEAST)
    used = [bool(share) for share in shares]
    assert used == sorted(used, reverse=True)


def test_a_small_rest_is_filled_up_from_older_payments():
    held = [dong(30_000), dong(15_000), dong(15_000)]
    assert spread_capture(dong(45_001), held, least=LEAST) == [dong(15_001), LEAST, LEAST]


@given(st.lists(st.integers(0, 500_000).map(dong), min_size=1, max_size=4), st.data())
def test_a_refund_is_spread_to_the_dong_newest_first(left, data):
    amount = dong(data.draw(st.integers(0, total(left).minor)))
    shares = spread_refund(amount, left)
    assert total(shares) == amount
    assert all(share <= room for share, room in zip(shares, left, strict=True))
    first = next((i for i, share in enumerate(shares) if share), len(shares))
    assert shares[first + 1 :] == left[first + 1 :]


@pytest.mark.parametrize(
    ("amount", "authorised", "missing"),
    [(345_000, 345_000, 0), (300_000, 345_000, 0), (345_001, 345_000, 15_000), (400_000, 345_000, 55_000)],
)
def test_a_top_up_is_the_difference_and_at_least_what_a_card_pays(amount: int, authorised: int, missing: int):
    assert top_up_of(dong(amount), authorised=dong(authorised), least=LEAST) == dong(missing)


def test_all_that_is_left_can_be_given_back():
    check_refund(dong(345_000), left=dong(345_000))


def test_one_dong_more_cannot():
    with pytest.raises(MoreThanCaptured):
        check_refund(dong(345_001), left=dong(345_000))


@given(st.lists(st.sampled_from(RefundState), min_size=1, max_size=4))
def test_a_refund_has_succeeded_when_all_of_it_has_and_is_owed_when_any_of_it_is(parts: list[RefundState]):
    state = state_of_refund(parts)
    assert (state is RefundState.SUCCEEDED) == (set(parts) == {RefundState.SUCCEEDED})
    assert (state is RefundState.OWED) == (RefundState.OWED in parts)


@given(st.lists(st.sampled_from([RefundState.PENDING, RefundState.SUCCEEDED, RefundState.OWED])))
def test_what_is_owed_stays_so_whatever_the_provider_says(news: list[RefundState]):
    state = RefundState.REQUESTED
    for seen in news:
        state = refund_after(state, seen, by_hand=False)
    assert (state is RefundState.OWED) == (RefundState.OWED in news)


@pytest.mark.parametrize("seen", RefundState)
def test_what_a_person_has_given_back_stays_given(seen: RefundState):
    assert refund_after(RefundState.SUCCEEDED, seen, by_hand=True) is RefundState.SUCCEEDED


def test_older_news_do_not_take_a_refund_back():
    assert refund_after(RefundState.SUCCEEDED, RefundState.PENDING, by_hand=False) is RefundState.SUCCEEDED


@pytest.mark.parametrize(
    ("state", "age", "wait"),
    [
        (RefundState.PENDING, timedelta(minutes=5), timedelta(minutes=1)),
        (RefundState.PENDING, timedelta(days=2), timedelta(hours=1)),
        (RefundState.SUCCEEDED, timedelta(days=2), timedelta(days=1)),
        (RefundState.SUCCEEDED, timedelta(days=10), None),
        (RefundState.OWED, timedelta(minutes=5), None),
    ],
)
def test_a_refund_is_looked_at_until_banks_have_no_more_to_say(
    state: RefundState, age: timedelta, wait: timedelta | None
):
    assert look_again_after_refund(state, age=age) == wait


def test_a_held_payment_is_looked_at_too():
    assert look_again_after(PaymentState.AUTHORISED, age=timedelta(days=1)) == timedelta(hours=3)
