"""Random histories of orders against a plain Python model: who has what, what it costs and why, and how each ends.

A few in the suite; `ORDER_HISTORIES=2000` runs thousands.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from grocery.inventory import public as inventory
from grocery.inventory.models import Allocation
from grocery.kernel.quantity import quantity
from grocery.ordering import models
from grocery.ordering import public as ordering
from tests.ordering.conftest import NOON
from tests.shop import Shop

HISTORIES = int(os.environ.get("ORDER_HISTORIES", "6"))
STEPS = 12
SKUS = ("milk", "eggs", "rice")
ENDS = {ordering.OrderState.PACKED, ordering.OrderState.CANCELLED}

skus = st.sampled_from(SKUS)
baskets = st.dictionaries(skus, st.integers(1, 4), min_size=1)
numbers = st.integers(0, 99)
methods = st.sampled_from(["cash_on_delivery", "card"])


@dataclass
class Bought:
    """What an order was told to be: units and price of each SKU, and whether it lives."""

    lines: Counter[str]
    prices: dict[str, int]
    alive: bool = True
    packed: bool = False


@dataclass
class Model:
    """What came into the store, and who has how much of it."""

    received: Counter[str] = field(default_factory=Counter)
    orders: dict[UUID, Bought] = field(default_factory=dict)

    def held(self, sku: str) -> int:
        return sum(order.lines[sku] for order in self.orders.values() if order.alive)

    def free(self, sku: str) -> int:
        return self.received[sku] - self.held(sku)


class Histories(RuleBasedStateMachine):
    """One shop, undone at the end of its history."""

    @initialize()
    def open(self) -> None:
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.shop, self.model = Shop(now=NOON), Model()
        self.slot = self.shop.slot(capacity=1_000, hours_ahead=8)
        self.prices = dict.fromkeys(SKUS, 20_000)
        for sku in SKUS:
            self.shop.sell(sku, price=20_000)
        self.lan = self.shop.customer()
        for sku in SKUS:
            self.goods_come(sku, 12)
        self.somebody_buys({"milk": 2, "eggs": 1}, "cash_on_delivery")

    @rule(sku=skus, units=st.integers(1, 6))
    def more_comes(self, sku: str, units: int) -> None:
        self.goods_come(sku, units)

    def goods_come(self, sku: str, units: int) -> None:
        line = inventory.StockLine(sku, quantity(units))
        inventory.stock_up(location=self.shop.store.id, lines=[line], now=NOON)
        self.model.received[sku] += units

    @rule(sku=skus, price=st.integers(5_000, 60_000))
    def a_price_changes(self, sku: str, price: int) -> None:
        self.shop.sell(sku, price=price)
        self.prices[sku] = price

    @rule(basket=baskets, method=methods)
    def somebody_checks_out(self, basket: dict[str, int], method: str) -> None:
        self.somebody_buys(basket, method)

    def somebody_buys(self, basket: dict[str, int], method: str) -> None:
        """All of it, at today's prices, or an answer that names what is missing, to the unit."""
        ordering.clear(owner=self.lan.owner, now=NOON)
        self.shop.put(self.lan.owner, **basket)
        ordering.choose_substitution(owner=self.lan.owner, choice=ordering.SubstitutionChoice.NONE, now=NOON)
        missing = {sku: n - self.model.free(sku) for sku, n in basket.items() if n > self.model.free(sku)}
        if missing:
            with pytest.raises(inventory.OutOfStock) as refused:
                self.shop.check_out(self.lan, method=method, slot_id=self.slot)
            assert refused.value.shortages == missing
        else:
            placed = self.shop.check_out(self.lan, method=method, slot_id=self.slot)
            self.model.orders[placed.id] = Bought(Counter(basket), dict(self.prices))

    @precondition(lambda self: self.model.orders)
    @rule(number=numbers)
    def somebody_cancels(self, number: int) -> None:
        id_, order = self._chosen(number)
        if not order.packed:
            ordering.cancel(order_id=id_, by=self.lan.principal, now=NOON)
            order.alive = False

    @precondition(lambda self: self.model.orders)
    @rule(number=numbers, sku=skus)
    def somebody_wants_one_less(self, number: int, sku: str) -> None:
        id_, order = self._chosen(number)
        if order.packed or not order.alive or order.lines[sku] == 0 or order.lines.total() == 1:
            return
        one = {sku: quantity(1)}
        ordering.cancel_lines(order_id=id_, quantities=one, by=self.shop.picker, now=NOON)
        order.lines[sku] -= 1

    @precondition(lambda self: self.model.orders)
    @rule(number=numbers)
    def somebody_packs(self, number: int) -> None:
        self.shop.tell()
        id_, order = self._chosen(number)
        if self.shop.state(id_) == "confirmed":
            self._pack(id_, order)

    @rule()
    def the_time_to_pay_is_over(self) -> None:
        ordering.cancel_unpaid(now=NOON + timedelta(hours=1))
        for id_, order in self.model.orders.items():
            order.alive = self.shop.state(id_) != "cancelled"
            card = models.Order.objects.get(id=id_).method == "card"
            assert order.alive is False or not card, "nobody has paid by card"

    @invariant()
    def no_unit_is_held_without_an_order_and_no_order_without_its_units(self) -> None:
        if not hasattr(self, "model"):
            return
        assert {sku: self.shop.available(sku) for sku in SKUS} == {sku: self.model.free(sku) for sku in SKUS}
        held: dict[str, Counter[str]] = {}
        for part in Allocation.objects.filter(reservation__state="open").select_related(
            "reservation", "lot__stock_item"
        ):
            held.setdefault(part.reservation.holder, Counter())[part.lot.stock_item.sku] += int(part.quantity)
        live = {f"order:{id_}": +o.lines for id_, o in self.model.orders.items() if o.alive and not o.packed}
        assert held == live

    @invariant()
    def every_price_is_explained_and_parts_add_up(self) -> None:
        for id_, bought in self.model.orders.items() if hasattr(self, "model") else ():
            order = ordering.order(order_id=id_)
            assert {line.sku: line.quantity for line in order.lines} == +bought.lines
            for line in order.lines:
                assert line.price.minor == bought.prices[line.sku]
                assert line.list_amount == line.price * line.quantity
                explained = line.list_amount.minor + sum(effect.amount.minor for effect in line.adjustments)
                assert line.amount.minor == explained
            goods = sum(line.amount.minor for line in order.lines)
            assert order.total.minor == goods + order.fee.minor - order.fee_discount.minor
            assert order.total == order.subtotal - order.discount + order.fee - order.fee_discount

    def teardown(self) -> None:
        """No order is stuck: each ends by itself or in the hands of somebody who packs."""
        if not hasattr(self, "model"):
            return
        try:
            self.shop.tell()
            self.the_time_to_pay_is_over()
            for id_, order in self.model.orders.items():
                if self.shop.state(id_) == "confirmed":
                    self._pack(id_, order)
            self.shop.tell()
            assert {self.shop.state(id_) for id_ in self.model.orders} <= {end.value for end in ENDS}
            assert inventory.check_stock() == []
        finally:
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)

    def _chosen(self, number: int) -> tuple[UUID, Bought]:
        orders = list(self.model.orders.items())
        return orders[number % len(orders)]

    def _pack(self, id_: UUID, order: Bought) -> None:
        ordering.start_picking(order_id=id_, by=self.shop.picker, now=NOON)
        ordering.mark_packed(order_id=id_, by=self.shop.picker, now=NOON)
        order.packed = True


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon"), pytest.mark.timeout(120 + 5 * HISTORIES)]


def write_histories() -> None:
    phases: dict[str, Any] = {} if HISTORIES > 100 else {"phases": (Phase.explicit, Phase.generate)}
    run(
        Histories,
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            **phases,
        ),
    )


def test_whatever_happens_orders_are_what_the_model_says():
    write_histories()


def test_control_goods_that_are_never_let_go_are_noticed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(inventory, "release", lambda **_: None)
    with pytest.raises(AssertionError):
        write_histories()


@pytest.fixture
def noon(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every clock shows noon; nothing is shown to phones."""
    from grocery.kernel import clock

    settings.FIRESTORE_PROJECT = ""
    monkeypatch.setattr(clock, "now", lambda: NOON)
