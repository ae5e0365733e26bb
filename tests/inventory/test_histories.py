"""Random histories of a store against a plain Python model: FEFO, freshness, exactness, balanced books.

Each history is a store of its own. A few in the suite; `STOCK_HISTORIES=5000` (`make bench-inventory ARGS=histories`)
runs thousands.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from grocery.inventory import public as inventory
from grocery.inventory.events import HotItemMoved
from grocery.inventory.models import Lot
from grocery.inventory.services import hot_switch
from grocery.kernel.quantity import quantity
from tests.inventory.conftest import NOON, TODAY, _new_store

HISTORIES = int(os.environ.get("STOCK_HISTORIES", "8"))
STEPS = 20
SKUS = ("beef", "milk", "rice")

type LotKey = tuple[str, date | None]

skus = st.sampled_from(SKUS)
holders = st.sampled_from(["cart:a", "cart:b", "order:a", "order:b"])
amounts = st.integers(1, 9) | st.integers(50, 400)
keeps = st.none() | st.integers(0, 6)


@dataclass
class Promise:
    """What a holder has, by lot, and until when."""

    lots: dict[LotKey, Decimal]
    until: datetime | None


@dataclass
class Shelves:
    """What the store should hold, said as plainly as possible."""

    on_hand: dict[LotKey, Decimal] = field(default_factory=dict)
    promises: dict[str, Promise] = field(default_factory=dict)

    def reserved(self, lot: LotKey, *, but: Iterable[str] = ()) -> Decimal:
        return sum((p.lots.get(lot, Decimal(0)) for h, p in self.promises.items() if h not in but), start=Decimal(0))

    def free(self, lot: LotKey, *, but: Iterable[str] = ()) -> Decimal:
        return self.on_hand[lot] - self.reserved(lot, but=but)

    def take(
        self, sku: str, wanted: Decimal, free: dict[LotKey, Decimal], *, on: date | None
    ) -> tuple[dict[LotKey, Decimal], Decimal]:
        """First expired, first out, among those good on a day (None: any); and what is missing."""
        taken: dict[LotKey, Decimal] = {}
        for lot in sorted((lot for lot in self.on_hand if lot[0] == sku), key=lambda lot: lot[1] or date.max):
            if on is None or lot[1] is None or lot[1] >= on:
                if part := min(wanted, free[lot]):
                    taken[lot] = part
                wanted -= part
        return taken, wanted


class Store(RuleBasedStateMachine):
    """A store and its model, driven by chance."""

    @initialize()
    def open(self) -> None:
        self.location: UUID = _new_store()
        self.now, self.today = NOON, TODAY
        self.model = Shelves()
        self.moved: set[str] = set()
        for sku in SKUS:
            for expires in (1, 4, None):
                self.receive(sku=sku, amount=60, expires=expires)

    def named(self, holder: str) -> str:
        """No other history's."""
        return f"{holder} {self.location}"

    def refused(self, why: inventory.OutOfStock, missing: dict[str, Decimal]) -> None:
        assert why.shortages == missing

    # --- staff ---

    @rule(sku=skus, amount=amounts, expires=keeps)
    def receive(self, sku: str, amount: int, expires: int | None) -> None:
        lot = (sku, None if expires is None else self.today + timedelta(days=expires))
        assert self._change(inventory.ChangeKind.RECEIVE, lot, amount)
        self.model.on_hand[lot] = self.model.on_hand.get(lot, Decimal(0)) + amount

    @rule(data=st.data(), amount=amounts)
    def waste(self, data: st.DataObject, amount: int) -> None:
        lot = data.draw(st.sampled_from(sorted(self.model.on_hand, key=str)))
        possible = self.model.on_hand[lot] > 0 and amount <= self.model.free(lot)
        if self._change(inventory.ChangeKind.WASTE, lot, amount, expect=possible):
            self.model.on_hand[lot] -= amount

    def _change(self, kind: inventory.ChangeKind, lot: LotKey, amount: int, *, expect: bool = True) -> bool:
        filled = [other for other, there in self.model.on_hand.items() if other[0] == lot[0] and there]
        if kind is inventory.ChangeKind.WASTE and lot[1] is None and lot not in filled and filled:
            return False  # an undated lot that is empty cannot be named apart from the others
        change = inventory.StockChange(kind, lot[0], quantity(amount), "", lot[1], "because")
        try:
            inventory.change_stock(location=self.location, changes=[change], now=self.now, by=None)
        except inventory.ChangesRefused:
            assert not expect
            return False
        assert expect
        return True

    @rule(sku=skus, how=st.sampled_from(inventory.HotRule))
    def switch(self, sku: str, how: inventory.HotRule) -> None:
        inventory.set_hot_rule(sku=sku, location=self.location, rule=how)

    # --- customers ---

    @rule(
        holder=holders,
        replaces=st.none() | holders,
        basket=st.dictionaries(skus, amounts, min_size=1),
        on=st.integers(0, 4),
        fresh=st.integers(0, 2),
        minutes=st.none() | st.integers(1, 60),
    )
    def reserve(
        self, holder: str, replaces: str | None, basket: dict[str, int], on: int, fresh: int, minutes: int | None
    ) -> None:
        mine = {holder, replaces or holder}
        good_on = self.today + timedelta(days=on)
        until = None if minutes is None else self.now + timedelta(minutes=minutes)
        free = {lot: self.model.free(lot, but=mine) for lot in self.model.on_hand}
        plans = {
            sku: self.model.take(sku, Decimal(amount), free, on=good_on + timedelta(days=fresh))
            for sku, amount in basket.items()
        }
        missing = {sku: short for sku, (_taken, short) in plans.items() if short}
        try:
            with transaction.atomic():
                made = inventory.reserve(
                    holder=self.named(holder),
                    location=self.location,
                    demands=[inventory.Demand(sku, quantity(amount), fresh) for sku, amount in basket.items()],
                    good_on=good_on,
                    until=until,
                    now=self.now,
                    replaces=replaces and self.named(replaces),
                )
        except inventory.OutOfStock as refused:
            self.refused(refused, missing)
            return
        taken = {lot: part for plan, _short in plans.values() for lot, part in plan.items()}
        assert {(part.sku, part.expires_on): part.quantity for part in made.allocations} == taken
        for name in mine:
            self.model.promises.pop(name, None)
        self.model.promises[holder] = Promise(taken, until)

    @rule(holder=holders)
    def release(self, holder: str) -> None:
        inventory.release(holder=self.named(holder), now=self.now)
        self.model.promises.pop(holder, None)

    @rule(holder=holders, minutes=st.integers(1, 60))
    def extend(self, holder: str, minutes: int) -> None:
        until = self.now + timedelta(minutes=minutes)
        try:
            inventory.extend(holder=self.named(holder), until=until, now=self.now)
        except inventory.NothingReserved:
            assert holder not in self.model.promises
        else:
            self.model.promises[holder].until = until

    @rule(holder=holders, more=st.integers(-3, 3))
    def issue(self, holder: str, more: int) -> None:
        """What is held leaves, a little less or more of each; what is more comes from what is good today."""
        held = self.model.promises.get(holder)
        quantities = {sku: max(0, have + more) for sku, have in self._held(held).items()}
        plans = {sku: self._picked(sku, Decimal(amount), held) for sku, amount in quantities.items()}
        missing = {sku: short for sku, (_taken, short) in plans.items() if short}
        try:
            exact = {sku: quantity(amount) for sku, amount in quantities.items() if amount}
            inventory.issue(holder=self.named(holder), quantities=exact, now=self.now, by=None)
        except inventory.NothingReserved:
            assert held is None
        except inventory.OutOfStock as refused:
            self.refused(refused, missing)
        else:
            assert not missing
            del self.model.promises[holder]
            for taken, _short in plans.values():
                for lot, part in taken.items():
                    self.model.on_hand[lot] -= part

    def _held(self, promise: Promise | None) -> dict[str, int]:
        held: dict[str, int] = {}
        for (sku, _expires), part in (promise.lots if promise else {}).items():
            held[sku] = held.get(sku, 0) + int(part)
        return held

    def _picked(self, sku: str, wanted: Decimal, held: Promise | None) -> tuple[dict[LotKey, Decimal], Decimal]:
        mine = {lot: held.lots.get(lot, Decimal(0)) if held else Decimal(0) for lot in self.model.on_hand}
        first, wanted = self.model.take(sku, wanted, mine, on=None)
        free = {lot: self.model.free(lot) for lot in self.model.on_hand}
        more, missing = self.model.take(sku, wanted, free, on=self.today)
        return {lot: first.get(lot, Decimal(0)) + more.get(lot, Decimal(0)) for lot in first | more}, missing

    # --- time ---

    @rule(minutes=st.integers(1, 30))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        inventory.expire_reservations(now=self.now)
        self.model.promises = {h: p for h, p in self.model.promises.items() if not p.until or p.until > self.now}

    @rule()
    def sleep(self) -> None:
        """A night. What is reserved stays so, what expires stays on the shelf until it is wasted."""
        self.today += timedelta(days=1)
        self.wait(minutes=24 * 60)

    @rule()
    def tend(self) -> None:
        """The clock ticks, and a relay tells what hot items hold."""
        inventory.tend_hot_items(now=self.now)
        moved = [HotItemMoved(sku=sku, location=self.location) for sku in SKUS]
        hot_switch.settle(events=moved, now=self.now)

    # --- what holds after each step ---

    @invariant()
    def lots_are_what_the_model_says(self) -> None:
        told = {
            (sku, lot.expires_on): (lot.on_hand, lot.reserved)
            for sku in SKUS
            for level in inventory.stock(sku=sku, now=self.now)
            if level.location == self.location
            for lot in level.lots
        }
        meant = {lot: (there, self.model.reserved(lot)) for lot, there in self.model.on_hand.items() if there}
        assert told == meant

    @invariant()
    def buckets_hold_what_is_free_and_nothing_else(self) -> None:
        for lot in Lot.objects.filter(stock_item__location=self.location).prefetch_related("buckets", "stock_item"):
            dealt = sum((bucket.free + bucket.taken for bucket in lot.buckets.all()), start=Decimal(0))
            assert dealt == (lot.on_hand - lot.reserved if lot.stock_item.hot else 0)

    def teardown(self) -> None:
        if hasattr(self, "location"):
            assert [one for one in inventory.check_stock() if one.location == self.location] == []
            for holder in self.model.promises:
                inventory.release(holder=self.named(holder), now=self.now)
            for sku in SKUS:
                inventory.set_hot_rule(sku=sku, location=self.location, rule=inventory.HotRule.OFF)


@pytest.mark.django_db
@pytest.mark.timeout(60 + 3 * HISTORIES)
def test_whatever_happens_a_store_holds_what_the_model_says(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hot_switch, "HOT", 10**9)  # only by rule: the hours of these histories are not the machine's
    phases: dict[str, Any] = {} if HISTORIES > 100 else {"phases": (Phase.explicit, Phase.generate, Phase.shrink)}
    run_state_machine_as_test(
        Store,
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            **phases,
        ),
    )
