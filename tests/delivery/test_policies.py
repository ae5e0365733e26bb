"""The rules of slots and deliveries."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grocery.delivery.contracts import DeliveryState, Mode, SlotState
from grocery.delivery.policies import delivery_fee, may_become, slot_state, window
from grocery.kernel.money import dong

BERLIN = "Europe/Berlin"
SPRING_FORWARD, FALL_BACK = date(2026, 3, 29), date(2026, 10, 25)
AT = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)


def hours(day: date, starts: time, ends: time, zone: str) -> float | None:
    span = window(day=day, starts=starts, ends=ends, zone=zone)
    return (span[1] - span[0]) / timedelta(hours=1) if span else None


def test_a_window_is_on_the_stores_clock():
    span = window(day=date(2026, 11, 20), starts=time(16), ends=time(18), zone="Asia/Ho_Chi_Minh")
    assert span == (datetime(2026, 11, 20, 9, tzinfo=UTC), datetime(2026, 11, 20, 11, tzinfo=UTC))


def test_a_window_that_the_clocks_jump_over_does_not_exist():
    assert window(day=SPRING_FORWARD, starts=time(2), ends=time(3), zone=BERLIN) is None


@pytest.mark.parametrize(("day", "long"), [(SPRING_FORWARD, 1.0), (FALL_BACK, 3.0), (date(2026, 6, 1), 2.0)])
def test_a_window_over_a_change_of_clocks_is_as_long_as_it_is(day: date, long: float):
    assert hours(day, time(1), time(3), BERLIN) == long


@given(
    st.dates(date(2020, 1, 1), date(2035, 12, 31)),
    st.integers(0, 22),
    st.sampled_from([BERLIN, "Asia/Ho_Chi_Minh", "America/Sao_Paulo", "Australia/Lord_Howe", "Africa/Cairo"]),
)
def test_a_window_that_exists_lies_on_its_own_day_and_has_a_length(day: date, hour: int, zone: str):
    span = window(day=day, starts=time(hour), ends=time(hour + 1), zone=zone)
    assert span is None or (span[0] < span[1] and span[0].astimezone(ZoneInfo(zone)).date() == day)


def test_the_fee_is_that_of_the_zone_and_the_window():
    fee = delivery_fee(zone_fee=dong(15_000), surcharge=dong(10_000), free_from=dong(300_000), basket=dong(299_999))
    assert fee == dong(25_000)


def test_from_an_amount_on_delivery_is_free():
    fee = delivery_fee(zone_fee=dong(15_000), surcharge=dong(10_000), free_from=dong(300_000), basket=dong(300_000))
    assert fee == dong(0)


def test_a_quiet_window_never_pays_the_customer():
    fee = delivery_fee(zone_fee=dong(15_000), surcharge=dong(-20_000), free_from=None, basket=None)
    assert fee == dong(0)


@pytest.mark.parametrize(
    ("taken", "minutes_to_cutoff", "held", "expected"),
    [
        (0, 1, False, SlotState.OPEN),
        (2, 1, False, SlotState.FULL),
        (2, 1, True, SlotState.HELD),
        (0, 0, False, SlotState.CLOSED),
        (2, 0, True, SlotState.CLOSED),
    ],
)
def test_what_an_asker_may_do_with_a_slot(taken: int, minutes_to_cutoff: int, held: bool, expected: SlotState):
    cutoff = AT + timedelta(minutes=minutes_to_cutoff)
    assert slot_state(capacity=2, taken=taken, cutoff_at=cutoff, now=AT, held=held) == expected


def test_the_steps_of_a_delivery():
    allowed = {
        (state.value, wanted.value)
        for state in DeliveryState
        for wanted in DeliveryState
        if may_become(mode=Mode.DELIVERY, state=state, wanted=wanted)
    }
    assert allowed == {
        ("scheduled", "out_for_delivery"),
        ("scheduled", "cancelled"),
        ("out_for_delivery", "delivered"),
        ("out_for_delivery", "failed"),
        ("failed", "out_for_delivery"),
        ("failed", "cancelled"),
    }


def test_what_is_fetched_is_handed_over_at_once():
    assert may_become(mode=Mode.PICKUP, state=DeliveryState.SCHEDULED, wanted=DeliveryState.DELIVERED)
