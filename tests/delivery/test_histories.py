"""Whatever customers do in whatever order, a slot behaves like a plain list of who has a place."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grocery.delivery import models
from grocery.delivery import public as delivery
from tests.delivery.conftest import NOON, Shop, hold

CAPACITY, MINUTES = 2, 10


@dataclass
class PlainSlots:
    """The same, the plain way: nothing but lists and a look at the clock."""

    held: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    booked: dict[str, int] = field(default_factory=dict)

    def live(self, holder: str, now: datetime) -> int | None:
        slot, until = self.held.get(holder, (None, now))
        return slot if until > now else None

    def taken(self, slot: int, now: datetime) -> int:
        holding = sum(self.live(holder, now) == slot for holder in self.held)
        return holding + sum(booked == slot for booked in self.booked.values())

    def may_have(self, holder: str, slot: int, now: datetime) -> bool:
        return self.live(holder, now) == slot or self.taken(slot, now) < CAPACITY

    def hold(self, holder: str, slot: int, now: datetime) -> bool:
        if not self.may_have(holder, slot, now):
            return False
        self.held[holder] = (slot, now + timedelta(minutes=MINUTES))
        return True

    def book(self, order: str, holder: str, slot: int, now: datetime) -> bool:
        if not self.may_have(holder, slot, now):
            return False
        self.held.pop(holder, None)
        self.booked[order] = slot
        return True


Action = tuple[str, int, int]
ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["hold", "book", "cancel", "let go", "wait", "sweep"]), st.integers(0, 3), st.integers(0, 1)
    ),
    max_size=25,
)


class Histories:
    """Does each action to the shop and to the plain model."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.plain, self.now = shop, PlainSlots(), NOON
        self.slots = [shop.slot(capacity=CAPACITY, hours_ahead=100 + 2 * n) for n in range(2)]
        self.orders: dict[str, UUID] = {}

    def do(self, action: str, who: int, which: int) -> None:
        holder = f"cart:{who}"
        match action:
            case "hold":
                expected = self.plain.hold(holder, which, self.now)
                assert self._hold(holder, which) == expected
            case "book":
                order = f"order {len(self.orders)}"
                expected = self.plain.book(order, holder, which, self.now)
                assert self._book(order, holder, which) == expected
            case "cancel" if self.plain.booked:
                order = sorted(self.plain.booked)[who % len(self.plain.booked)]
                del self.plain.booked[order]
                delivery.cancel(order_id=self.orders[order], now=self.now)
            case "let go":
                self.plain.held.pop(holder, None)
                delivery.let_go(holder=holder)
            case "wait":
                self.now += timedelta(minutes=4 * who)
            case "sweep":
                delivery.sweep_holds(now=self.now)

    def _hold(self, holder: str, which: int) -> bool:
        try:
            hold(self.slots[which], holder, now=self.now, until=self.now + timedelta(minutes=MINUTES))
        except delivery.SlotFull:
            return False
        return True

    def _book(self, order: str, holder: str, which: int) -> bool:
        try:
            self.orders[order] = self.shop.book(self.slots[which], holder=holder, now=self.now)
        except delivery.SlotFull:
            return False
        return True

    def shown(self) -> list[int]:
        taken = {row.id: live for row, live in models.Slot.objects.all().with_live_taken(self.now)}
        return [taken[slot] for slot in self.slots]


@pytest.mark.timeout(120)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=ACTIONS)
def test_slots_behave_like_a_plain_list_of_who_has_a_place(shop: Shop, history: list[Action]):
    with transaction.atomic():
        world = Histories(shop)
        for action in history:
            world.do(*action)
            assert world.shown() == [world.plain.taken(slot, world.now) for slot in range(2)]
        transaction.set_rollback(True)
