"""First expired, first out: whatever is asked of whatever is there."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from grocery.inventory.contracts import Demand
from grocery.inventory.policies import fefo, picking
from grocery.inventory.policies.fefo import Plan, Shelf
from grocery.kernel.quantity import Quantity
from tests.inventory.conftest import TODAY

SKUS = ("milk", "rice")
amounts = st.integers(0, 30_000).map(lambda grams: Quantity(Decimal(grams) / 1000))
some = st.integers(1, 30_000).map(lambda grams: Quantity(Decimal(grams) / 1000))
expiries = st.none() | st.integers(-3, 12).map(lambda days: TODAY + timedelta(days=days))


@st.composite
def shelves(draw: st.DrawFn) -> list[Shelf]:
    """Lots of two SKUs; of what is free in each, a part is already ours."""
    found = []
    for number in range(draw(st.integers(0, 8))):
        free = draw(amounts)
        held = Quantity(min(free, draw(amounts)))
        sku, own = draw(st.sampled_from(SKUS)), ((None, held),) if held else ()
        found.append(Shelf(UUID(int=number), UUID(int=99), sku, "", draw(expiries), free, held, own=own))
    return found


demands = st.builds(Demand, st.sampled_from(SKUS), some, st.integers(0, 4))


def good(shelf: Shelf, demand: Demand) -> bool:
    return fefo.good(shelf.expires_on, on=TODAY + timedelta(days=demand.min_freshness_days))


def amount(plan: Plan, sku: str) -> Decimal:
    return sum((part.quantity for part in plan.allocations if part.sku == sku), start=Decimal(0))


@given(st.lists(demands, max_size=4), shelves())
def test_what_is_taken_and_what_is_missing_is_what_was_asked_for(asked: list[Demand], lots: list[Shelf]):
    wanted = fefo.total(asked)
    plan = fefo.allocate(wanted, lots, good_on=TODAY)
    got = {sku: amount(plan, sku) + plan.shortages.get(sku, 0) for sku in wanted}
    assert got == {sku: sum(demand.quantity for demand in asked if demand.sku == sku) for sku in wanted}


@given(demands, shelves())
def test_something_is_missing_only_when_every_good_lot_is_used_up(demand: Demand, lots: list[Shelf]):
    plan = fefo.allocate({demand.sku: demand}, lots, good_on=TODAY)
    there = sum(shelf.free for shelf in lots if shelf.sku == demand.sku and good(shelf, demand))
    assert plan.shortages.get(demand.sku, 0) == max(Decimal(0), demand.quantity - there)


@given(demands, shelves())
def test_no_lot_gives_more_than_it_has_and_none_that_is_not_fresh_enough(demand: Demand, lots: list[Shelf]):
    plan = fefo.allocate({demand.sku: demand}, lots, good_on=TODAY)
    by_id = {shelf.lot_id: shelf for shelf in lots}
    taken = [(by_id[part.lot_id], part) for part in plan.allocations]
    assert all(0 < part.quantity <= shelf.free for shelf, part in taken)
    assert all(good(shelf, demand) and shelf.sku == demand.sku for shelf, _part in taken)


@given(demands, shelves())
def test_a_lot_is_touched_only_after_all_that_expire_before_it_are_empty(demand: Demand, lots: list[Shelf]):
    """Which also makes the number of lots the smallest that keeps the order: all but the last are emptied."""
    plan = fefo.allocate({demand.sku: demand}, lots, good_on=TODAY)
    taken = {part.lot_id: part.quantity for part in plan.allocations}
    fitting = [shelf for shelf in lots if shelf.sku == demand.sku and shelf.free > 0 and good(shelf, demand)]
    line = sorted(fitting, key=fefo.first_expired_first)
    assert [shelf.lot_id for shelf in line[: len(taken)]] == list(taken)
    assert all(taken[shelf.lot_id] == shelf.free for shelf in line[: max(0, len(taken) - 1)])


@given(st.dictionaries(st.sampled_from(SKUS), some), shelves())
def test_what_leaves_comes_first_from_what_is_ours_and_good(quantities: dict[str, Quantity], lots: list[Shelf]):
    plan = picking.pick(quantities, lots, on=TODAY)
    held = {shelf.lot_id: shelf.held for shelf in lots}
    for sku, wanted in quantities.items():
        fresh = [shelf for shelf in lots if shelf.sku == sku and fefo.good(shelf.expires_on, on=TODAY)]
        ours = sum((shelf.held for shelf in fresh), start=Decimal(0))
        from_ours = sum(min(part.quantity, held[part.lot_id]) for part in plan.allocations if part.sku == sku)
        assert from_ours == min(ours, wanted)


@given(st.dictionaries(st.sampled_from(SKUS), some), shelves())
def test_what_leaves_is_never_more_than_ours_and_free(quantities: dict[str, Quantity], lots: list[Shelf]):
    plan = picking.pick(quantities, lots, on=TODAY)
    free = {shelf.lot_id: shelf.free for shelf in lots}
    assert all(0 < part.quantity <= free[part.lot_id] for part in plan.allocations)
    assert len({part.lot_id for part in plan.allocations}) == len(plan.allocations)
    assert all(fefo.good(part.expires_on, on=TODAY) for part in plan.allocations)
