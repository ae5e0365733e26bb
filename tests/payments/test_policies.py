"""The rules of money, whatever comes in whatever order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grocery.kernel.money import dong
from grocery.payments.contracts import FINAL, AmountTooLarge, AmountTooSmall, MoreThanAuthorised, PaymentState
from grocery.payments.policies import (
    MOVES,
    Limits,
    Observation,
    Operation,
    check_limits,
    check_taking,
    follows,
    key,
    look_again_after,
    proves,
)

SEEN = [PaymentState.PENDING, PaymentState.AUTHORISED, PaymentState.CAPTURED, PaymentState.CANCELLED]
#: How far along a payment is.
RANK = {
    PaymentState.INTENDED: 0,
    PaymentState.FAILED: 0,
    PaymentState.PENDING: 1,
    PaymentState.AUTHORISED: 2,
    PaymentState.CAPTURED: 3,
    PaymentState.CANCELLED: 3,
}


def after(news: list[PaymentState], state: PaymentState = PaymentState.INTENDED) -> PaymentState:
    for seen in news:
        state = seen if follows(state, seen) else state
    return state


@given(st.sampled_from(list(MOVES)), st.lists(st.sampled_from(SEEN)))
def test_a_payment_never_goes_back(state: PaymentState, news: list[PaymentState]):
    assert RANK[after(news, state)] >= RANK[state]


@given(st.sampled_from(sorted(FINAL)), st.lists(st.sampled_from(SEEN)))
def test_what_is_final_stays(state: PaymentState, news: list[PaymentState]):
    assert after(news, state) == state


@given(st.permutations([PaymentState.PENDING, PaymentState.AUTHORISED, PaymentState.CAPTURED] * 2))
def test_a_captured_payment_ends_captured_in_whatever_order_it_is_told(news: list[PaymentState]):
    assert after(news) == PaymentState.CAPTURED


@given(st.permutations([PaymentState.PENDING, PaymentState.AUTHORISED, PaymentState.CANCELLED] * 2))
def test_a_cancelled_payment_ends_cancelled_in_whatever_order_it_is_told(news: list[PaymentState]):
    assert after(news) == PaymentState.CANCELLED


def test_every_state_but_unknown_has_its_moves():
    assert set(MOVES) == set(PaymentState) - {PaymentState.UNKNOWN}


@given(st.integers(1, 10**9), st.integers(0, 10**9))
def test_one_can_take_up_to_what_was_authorised(authorised: int, amount: int):
    try:
        check_taking(dong(amount), authorised=dong(authorised))
        allowed = True
    except (MoreThanAuthorised, AmountTooSmall):
        allowed = False
    assert allowed == (1 <= amount <= authorised)


LIMITS = Limits(minimum=dong(15_000), maximum=dong(99_999_999))


@pytest.mark.parametrize("amount", [15_000, 99_999_999])
def test_the_limits_themselves_are_allowed(amount: int):
    check_limits(dong(amount), LIMITS)


def test_less_than_the_least_is_refused():
    with pytest.raises(AmountTooSmall):
        check_limits(dong(14_999), LIMITS)


def test_more_than_the_most_is_refused():
    with pytest.raises(AmountTooLarge):
        check_limits(dong(100_000_000), LIMITS)


@given(
    st.tuples(st.sampled_from(Operation), st.uuids(), st.integers(0, 25), st.integers(0, 99)),
    st.tuples(st.sampled_from(Operation), st.uuids(), st.integers(0, 25), st.integers(0, 99)),
)
def test_different_things_have_different_keys(one: tuple[Any, ...], other: tuple[Any, ...]):
    keys = [key(operation, order, epoch=epoch, revision=rev) for operation, order, epoch, rev in (one, other)]
    assert (keys[0] == keys[1]) == (one == other)


def test_the_same_number_in_another_currency_is_not_the_amount():
    seen = Observation(reference="pi_1", state=PaymentState.AUTHORISED, amount=345_000, currency="usd")
    assert not seen.is_for(dong(345_000))


@pytest.mark.parametrize("operation", Operation)
def test_a_cancellation_proves_no_capture_and_a_capture_no_cancellation(operation: Operation):
    proofs = {seen for seen in SEEN if proves(seen, operation)}
    assert (
        proofs
        == {
            Operation.AUTHORISE: set(SEEN),
            Operation.CONFIRM: {PaymentState.AUTHORISED, PaymentState.CAPTURED, PaymentState.CANCELLED},
            Operation.CAPTURE: {PaymentState.CAPTURED},
            Operation.CANCEL: {PaymentState.CANCELLED},
            Operation.REFUND: set(),
        }[operation]
    )


@pytest.mark.parametrize("state", sorted(FINAL))
def test_nobody_asks_about_what_is_final(state: PaymentState):
    assert look_again_after(state, age=timedelta(minutes=5)) is None
