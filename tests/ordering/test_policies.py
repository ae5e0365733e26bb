"""The rules, whatever the numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from grocery.kernel.money import dong, total
from grocery.kernel.quantity import quantity
from grocery.ordering import policies
from grocery.ordering.contracts import CancelReason, OrderState, QuantityNotInSteps, WeightOutOfTolerance

S = OrderState
RATES = st.sampled_from([Decimal(0), Decimal(5), Decimal(8), Decimal(10), Decimal("8.5")])
AMOUNTS = st.lists(st.tuples(RATES, st.integers(0, 10**9).map(dong)), max_size=40)
QUANTITIES = st.dictionaries(st.sampled_from([f"sku{n}" for n in range(300)]), st.integers(1, 999).map(quantity))


@given(AMOUNTS)
def test_vat_parts_cover_every_amount(amounts):
    assert total(part.gross for part in policies.vat_parts(amounts)) == total(amount for _rate, amount in amounts)


@given(AMOUNTS)
def test_vat_parts_add_up_to_the_vat_in_everything(amounts):
    exact = sum(Decimal(a.minor) * rate / (100 + rate) for rate, a in amounts)
    told = total(part.vat for part in policies.vat_parts(amounts)).minor
    assert abs(told - exact) <= Decimal("0.5000001")


@given(AMOUNTS)
def test_each_vat_part_is_within_a_dong_of_its_exact_share(amounts):
    for part in policies.vat_parts(amounts):
        exact = Decimal(part.gross.minor) * part.rate / (100 + part.rate)
        assert abs(part.vat.minor - exact) < 2


def test_vat_is_contained_not_added():
    (part,) = policies.vat_parts([(Decimal(8), dong(108_000))])
    assert part.vat == dong(8_000)


@given(QUANTITIES, QUANTITIES)
def test_merging_never_exceeds_the_limits(mine, guests):
    together = policies.merged(mine, guests)
    assert (len(together) <= policies.LINES_MOST, max(together.values(), default=0) <= 999) == (True, True)


@given(QUANTITIES, QUANTITIES)
def test_merging_loses_nothing_of_mine(mine, guests):
    together = policies.merged(mine, guests)
    assert all(together[sku] >= mine[sku] for sku in list(mine)[: policies.LINES_MOST])


@pytest.mark.parametrize("grams", ["0.425", "0.01"])
def test_a_quantity_is_a_multiple_of_its_step(grams: str):
    with pytest.raises(QuantityNotInSteps):
        policies.check_quantity("shrimp", quantity(grams), step=quantity("0.05"))


@pytest.mark.parametrize("packed", ["0.404", "0.496"])
def test_the_scale_may_show_90_to_110_percent(packed: str):
    with pytest.raises(WeightOutOfTolerance):
        policies.check_packed("shrimp", quantity("0.45"), quantity(packed), unit="kg")


def test_pieces_are_packed_as_ordered():
    with pytest.raises(WeightOutOfTolerance):
        policies.check_packed("milk", quantity(2), quantity(1), unit="piece")


def test_every_order_can_come_to_an_end():
    ends = {state for state, following in policies.NEXT.items() if not following}
    reachable = ends.copy()
    while grown := {s for s, following in policies.NEXT.items() if following & reachable} - reachable:
        reachable |= grown
    assert (ends, reachable) == ({S.DELIVERED, S.CANCELLED}, set(S))


@pytest.mark.parametrize("reason", CancelReason)
@pytest.mark.parametrize("state", OrderState)
def test_what_may_be_cancelled_may_become_cancelled(state: OrderState, reason: CancelReason):
    assert policies.may_become(state, S.CANCELLED) or not policies.may_be_cancelled(state, reason)


class AnyOrder(RuleBasedStateMachine):
    """An order driven in random directions by everyone who may drive it."""

    def __init__(self) -> None:
        super().__init__()
        self.been = [S.PLACED]

    @property
    def state(self) -> OrderState:
        return self.been[-1]

    @rule(wanted=st.sampled_from(list(S)))
    def move(self, wanted: OrderState) -> None:
        if policies.may_become(self.state, wanted):
            self.been.append(wanted)

    @precondition(lambda self: self.state is not S.PLACED)
    @rule()
    def the_clock_leaves_paid_orders_alone(self) -> None:
        assert not policies.may_be_cancelled(self.state, CancelReason.NOT_PAID)

    @rule()
    def what_ran_out_altogether_ends_until_the_box_is_sealed(self) -> None:
        open_still = self.state in {S.PLACED, S.CONFIRMED, S.PICKING}
        assert policies.may_be_cancelled(self.state, CancelReason.OUT_OF_STOCK) is open_still

    @invariant()
    def only_the_road_and_what_came_back_from_it_come_twice(self) -> None:
        once = [state for state in self.been if state not in {S.PACKED, S.OUT_FOR_DELIVERY, S.UNDELIVERED}]
        assert len(set(once)) == len(once)

    @invariant()
    def what_was_packed_was_paid_for_and_picked(self) -> None:
        if S.PACKED in self.been:
            assert self.been[:4] == [S.PLACED, S.CONFIRMED, S.PICKING, S.PACKED]

    @invariant()
    def what_was_packed_ends_early_only_refused_or_undelivered(self) -> None:
        if S.PACKED in self.been:
            ways = {reason for reason in CancelReason if policies.may_be_cancelled(self.state, reason)}
            assert ways <= {CancelReason.REFUSED, CancelReason.UNDELIVERED}


TestAnyOrder = AnyOrder.TestCase


def test_after_26_restores_letters_begin_again():
    assert [policies.epoch_letter(n) for n in (0, 1, 19, 20, 26)] == ["G", "H", "Z", "A", "G"]
