"""Random histories of a store against a plain Python model: FEFO, freshness, exactness, balanced books.

Each history is a store of its own. A few in the suite; `STOCK_HISTORIES=5000` (`make bench-inventory ARGS=histories`)
runs thousands.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
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
from grocery.inventory.models import Lot, StockItem
from grocery.inventory.services import hot_switch
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import quantity
from tests.inventory.conftest import NOON, TODAY, _new_store

HISTORIES = int(os.environ.get("STOCK_HISTORIES", "8"))
STEPS = 20
SKUS = ("beef", "milk", "rice")

type LotKey = tuple[str, date | None]
#: At which price: so many percent off, or None.
type Price = int | None
PERCENTS = (30, 50)

skus = st.sampled_from(SKUS)
holders = st.sampled_from(["cart:a", "cart:b", "order:a", "order:b"])
amounts = st.integers(1, 9) | st.integers(50, 400)
keeps = st.none() | st.integers(0, 6)


@dataclass
class Promise:
    """What a holder has, by lot and price, and until when."""

    lots: dict[tuple[LotKey, Price], Decimal]
    until: datetime | None

    def of(self, lot: LotKey) -> Decimal:
        return sum((part for (other, _price), part in self.lots.items() if other == lot), start=Decimal(0))


@dataclass
class Shelves:
    """What the store should hold, said as plainly as possible."""

    on_hand: dict[LotKey, Decimal] = field(default_factory=dict)
    promises: dict[str, Promise] = field(default_factory=dict)
    marks: dict[LotKey, int] = field(default_factory=dict)

    def reserved(self, lot: LotKey, *, but: Iterable[str] = ()) -> Decimal:
        return sum((p.of(lot) for h, p in self.promises.items() if h not in but), start=Decimal(0))

    def free(self, lot: LotKey, *, but: Iterable[str] = ()) -> Decimal:
        return self.on_hand[lot] - self.reserved(lot, but=but)

    def own(self, holders: Iterable[str], lot: LotKey, price: Price) -> Decimal:
        """What these have of a lot that was promised at a price which is not the lot's any more."""
        if price == self.marks.get(lot):
            return Decimal(0)
        mine = [self.promises[holder] for holder in holders if holder in self.promises]
        return sum((promise.lots.get((lot, price), Decimal(0)) for promise in mine), start=Decimal(0))

    def first_expired_first(self, sku: str) -> list[LotKey]:
        return sorted((lot for lot in self.on_hand if lot[0] == sku), key=lambda lot: lot[1] or date.max)

    def take(
        self, sku: str, wanted: Decimal, free: dict[LotKey, Decimal], *, on: date | None
    ) -> tuple[dict[LotKey, Decimal], Decimal]:
        """First expired, first out, among those good on a day (None: any); and what is missing."""
        taken: dict[LotKey, Decimal] = {}
        for lot in self.first_expired_first(sku):
            if on is None or lot[1] is None or lot[1] >= on:
                if part := min(wanted, free.get(lot, Decimal(0))):
                    taken[lot] = part
                wanted -= part
        return taken, wanted

    def promise(
        self, sku: str, parts: dict[Price, tuple[Decimal, date]], holders: Iterable[str]
    ) -> tuple[dict[tuple[LotKey, Price], Decimal], Decimal]:
        """So much at each price, good on its day: what the holders keep, then out of the pool of that price."""
        free = {lot: self.free(lot, but=holders) for lot in self.on_hand}
        taken: dict[tuple[LotKey, Price], Decimal] = {}
        left: dict[Price, Decimal] = {}
        for price, (wanted, on) in parts.items():
            kept, left[price] = self.take(sku, wanted, {lot: self.own(holders, lot, price) for lot in free}, on=on)
            taken |= {(lot, price): part for lot, part in kept.items()}
        for (lot, _price), part in taken.items():
            free[lot] -= part
        for price, (_wanted, on) in parts.items():
            pool = {lot: there for lot, there in free.items() if self.marks.get(lot) == price}
            some, left[price] = self.take(sku, left[price], pool, on=on)
            taken |= {(lot, price): part for lot, part in some.items()}
        return taken, sum(left.values(), start=Decimal(0))


class Store(RuleBasedStateMachine):
    """A store and its model, driven by chance."""

    @initialize()
    def open(self) -> None:
        self.location: UUID = _new_store()
        self.now, self.today, self.by = NOON, TODAY, new_id()
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

    @rule(data=st.data(), percent=st.none() | st.sampled_from(PERCENTS))
    def mark(self, data: st.DataObject, percent: int | None) -> None:
        """A lot is sold for less, for still less, or for its full price again; what is past its day never."""
        key = data.draw(st.sampled_from(sorted(self.model.on_hand, key=str)))
        lot = Lot.objects.get(stock_item__location=self.location, stock_item__sku=key[0], expires_on=key[1])
        if percent is None:
            inventory.end_markdowns(location=self.location, lots=[lot.id], now=self.now, by=self.by)
            self.model.marks.pop(key, None)
            return
        inventory.mark_down(location=self.location, lots=[lot.id], percent=percent, now=self.now, by=self.by)
        if key[1] is None or key[1] >= self.today:
            self.model.marks[key] = percent

    # --- customers ---

    @rule(
        holder=holders,
        replaces=st.none() | holders,
        basket=st.dictionaries(skus, amounts, min_size=1),
        on=st.integers(0, 4),
        fresh=st.integers(0, 2),
        minutes=st.none() | st.integers(1, 60),
        reduced=st.dictionaries(st.sampled_from(PERCENTS), st.integers(1, 40)),
    )
    def reserve(
        self,
        holder: str,
        replaces: str | None,
        basket: dict[str, int],
        on: int,
        fresh: int,
        minutes: int | None,
        reduced: dict[int, int],
    ) -> None:
        mine = {holder, replaces or holder}
        good_on = self.today + timedelta(days=on)
        until = None if minutes is None else self.now + timedelta(minutes=minutes)
        cheap = {sku: reduced if sum(reduced.values()) <= amount else {} for sku, amount in basket.items()}
        plans = {}
        for sku, amount in basket.items():
            full = Decimal(amount - sum(cheap[sku].values()))
            parts: dict[Price, tuple[Decimal, date]] = {None: (full, good_on + timedelta(days=fresh))}
            parts |= {percent: (Decimal(part), good_on) for percent, part in cheap[sku].items()}
            plans[sku] = self.model.promise(sku, parts, mine)
        missing = {sku: short for sku, (_taken, short) in plans.items() if short}
        try:
            with transaction.atomic():
                made = inventory.reserve(
                    holder=self.named(holder),
                    location=self.location,
                    demands=[
                        inventory.Demand(
                            sku,
                            quantity(amount),
                            fresh,
                            tuple((percent, quantity(part)) for percent, part in cheap[sku].items()),
                        )
                        for sku, amount in basket.items()
                    ],
                    good_on=good_on,
                    until=until,
                    now=self.now,
                    replaces=replaces and self.named(replaces),
                )
        except inventory.OutOfStock as refused:
            self.refused(refused, missing)
            return
        taken = {lot: part for plan, _short in plans.values() for lot, part in plan.items()}
        assert {((part.sku, part.expires_on), part.percent): part.quantity for part in made.allocations} == taken
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
        for ((sku, _expires), _price), part in (promise.lots if promise else {}).items():
            held[sku] = held.get(sku, 0) + int(part)
        return held

    def _picked(self, sku: str, wanted: Decimal, held: Promise | None) -> tuple[dict[LotKey, Decimal], Decimal]:
        """From what is held and still good, then what is free of these lots, then of others at such a price."""
        mine = {lot: held.of(lot) for lot in self.model.on_hand} if held else {}
        prices = {price for (lot, price) in (held.lots if held else {}) if lot[0] == sku} or {None}
        free = {lot: self.model.free(lot) for lot in self.model.on_hand}
        same = {lot: there for lot, there in free.items() if mine.get(lot)}
        at_a_price = {lot: there for lot, there in free.items() if self.model.marks.get(lot) in prices}
        others = {lot: there for lot, there in at_a_price.items() if lot not in same}
        picked: dict[LotKey, Decimal] = {}
        for pool in (mine, same, others):
            some, wanted = self.model.take(sku, wanted, pool, on=self.today)
            picked = {lot: picked.get(lot, Decimal(0)) + some.get(lot, Decimal(0)) for lot in picked | some}
        return picked, wanted

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
    def what_may_be_promised_at_each_price_is_what_the_model_says(self) -> None:
        for holder in ("order:a", "cart:nobody"):
            found = inventory.availability(
                skus=SKUS, location=self.location, good_on=self.today, now=self.now, holder=self.named(holder)
            )
            for sku, told in found.items():
                reduced: dict[Price, Decimal] = {}
                for units in told.reduced:
                    reduced[units.percent] = reduced.get(units.percent, Decimal(0)) + units.available
                assert {None: told.available, **reduced} == {None: 0, **self._promisable(sku, [holder])}

    def _promisable(self, sku: str, holders: list[str]) -> dict[Price, Decimal]:
        found: dict[Price, Decimal] = {}
        for lot in self.model.first_expired_first(sku):
            if lot[1] is None or lot[1] >= self.today:
                for price in (None, *PERCENTS):
                    own = self.model.own(holders, lot, price)
                    standing = self.model.marks.get(lot) == price
                    if amount := own + (self.model.free(lot, but=holders) if standing else 0):
                        found[price] = found.get(price, Decimal(0)) + amount
        return found

    @invariant()
    def facts_of_a_level_agree_however_it_is_read(self) -> None:
        shown = inventory.levels(skus=SKUS, location=self.location, now=self.now)
        for level in StockItem.objects.levels(SKUS, location=self.location, day=self.today):
            (told,) = [one for one in inventory.stock(sku=level.sku, now=self.now) if one.location == self.location]
            assert replace(told, lots=()) == level
            brief = inventory.ShownLevel(told.sku, told.version, told.available, told.earliest_expiry)
            assert shown[level.sku] == brief

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
