"""Random histories of orders against a plain model: who has what, what it costs and why, and how each ends.

Carts with offers, coupons and goods near their date; edits, parts called off, substitutes, picking, weighing, money,
time and crashes, in any order (`tests.ordering.history`). `ORDER_HISTORIES=2000` writes thousands.
"""

from __future__ import annotations

import logging
import os
import sys
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run

from grocery.inventory import public as inventory
from grocery.kernel import clock
from grocery.ordering import models
from grocery.ordering import public as ordering
from tests.ordering.conftest import NOON
from tests.ordering.history.carts import Carts
from tests.ordering.history.changes import Changes
from tests.ordering.history.checks import check_books, check_money, check_order
from tests.ordering.history.shelf import Shelf
from tests.ordering.history.store import Store
from tests.ordering.history.story import amounts, crashes, numbers, percents, skus
from tests.ordering.history.world import GOODS, HAPPENED, Stock, World, note

log = logging.getLogger(__name__)
HISTORIES = int(os.environ.get("ORDER_HISTORIES", "5"))
STEPS = int(os.environ.get("ORDER_STEPS", "20"))

#: What happens, as often as it is named here.
WHAT = (
    ["order"] * 5 + ["edit"] * 5 + ["miss"] * 6 + ["answer"] * 4 + ["pay"] * 3 + ["part"] * 2
    + ["pick"] * 3 + ["seal"] * 2 + ["drive"] * 2 + ["back"] * 3 + ["offer"] * 3 + ["time"] * 3
    + ["come", "mark down", "end markdown", "throw away", "price", "cancel"]
)  # fmt: skip

#: Mostly an order stays in its slot.
slots = st.none() | st.none() | st.integers(0, 2)
reasons = st.sampled_from(["changed_mind", "damaged", "missing"])
fates = st.sampled_from(["shelf", "waste", "kept", "coming"])
type Draw = Callable[[st.SearchStrategy[Any]], Any]

#: Weights that the customer is asked about, as shares of what was ordered.
odd = st.none() | st.sampled_from([Decimal("0.5"), Decimal("0.85"), Decimal("1.3")])
one_of = st.tuples(skus)
some_of = st.just(()) | st.tuples(skus, skus)
offers = st.one_of(
    st.builds(dict, kind=st.just("sku"), percent=percents, skus=one_of),
    st.builds(dict, kind=st.just("sku"), price=st.integers(9_000, 40_000), skus=one_of),
    st.builds(dict, kind=st.just("multi_buy"), buy=st.just(3), pay=st.just(2), percent=st.just(100), skus=one_of),
    st.builds(dict, kind=st.just("multi_buy"), buy=st.just(2), pay=st.just(1), percent=st.just(50), skus=one_of),
    st.builds(
        dict,
        kind=st.just("basket"),
        percent=percents,
        from_amount=st.sampled_from([0, 100_000]),
        stackable=st.booleans(),
    ),
    st.builds(dict, kind=st.just("basket"), off=st.sampled_from([7_001, 15_000]), stackable=st.booleans()),
    st.builds(dict, kind=st.just("free_delivery"), from_amount=st.sampled_from([0, 150_000])),
)


class Histories(Carts, Changes, Store, Shelf):
    """One shop, undone at the end of its history. `world` is opened once, before the first."""

    world: World

    @initialize(lighter=st.booleans(), by_card=st.booleans(), on_the_road=st.sampled_from([False, False, True]))
    def begin(self, *, lighter: bool, by_card: bool, on_the_road: bool = False) -> None:
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.w = deepcopy(self.world)
        self.at(self.w.now)
        choice = ordering.SubstitutionChoice.SIMILAR if lighter else ordering.SubstitutionChoice.ASK
        if on_the_road:
            self.somebody_is_on_the_road(by_card=by_card)
        self.order(0, {"milk": 3, "shrimp": 2}, {"milk"}, choice, set(), by_card=by_card)
        self.the_card_is_shown(0, None)
        self.tell(None)

    def somebody_is_on_the_road(self, *, by_card: bool) -> None:
        """Three cartons and two melons."""
        self.order(1, {"oat": 3, "melon": 2}, set(), ordering.SubstitutionChoice.NONE, set(), by_card=by_card)
        self.the_card_is_shown(0, None)
        self.tell(None)
        self.somebody_picks(0, 9, 50, None, None)
        self.somebody_seals(0)
        self.the_driver_goes(0)

    # --- what happens ---------------------------------------------------------------------------------------------
    @rule(what=st.sampled_from(WHAT), data=st.data())
    def go_on(self, what: str, data: st.DataObject) -> None:
        note(what)
        if what in {"edit", "part", "answer", "pay", "cancel"}:
            self.a_customer(what, data.draw)
        elif what in {"miss", "pick", "seal", "drive", "back"}:
            self.somebody_of_the_staff(what, data.draw)
        elif what == "order":
            self.somebody_orders(data.draw)
        elif what == "time":
            self.time_passes(data.draw)
        else:
            self.the_shop_changes(what, data.draw)

    def a_customer(self, what: str, draw: Draw) -> None:
        number, crash, yes = draw(numbers), draw(crashes), draw(st.booleans())
        match what:
            case "edit":
                self.somebody_edits(
                    number, draw(numbers), draw(st.integers(0, 5)), draw(st.none() | skus), crash, draw(slots)
                )
            case "part":
                self.a_part_is_called_off(number, draw(numbers), draw(amounts), yes, crash)
            case "answer":
                self.somebody_answers(number, yes, crash)
            case "pay":
                self.the_card_is_shown(number, crash)
                self.a_change_is_paid(number, yes)
            case _:
                self.somebody_cancels(number, yes, crash)

    def somebody_of_the_staff(self, what: str, draw: Draw) -> None:
        number, crash = draw(numbers), draw(crashes)
        match what:
            case "miss":
                which = draw(st.none() | st.integers(0, 3))
                self.something_is_missing(number, draw(numbers), draw(amounts), which, crash)
            case "pick":
                self.somebody_picks(number, draw(st.integers(0, 3)), draw(st.integers(0, 100)), draw(odd), crash)
            case "seal":
                self.somebody_seals(number)
            case "back":
                fate, yes = draw(fates), draw(st.booleans())
                everything, at = draw(st.booleans()), draw(numbers)
                self.something_comes_back(number, at, draw(reasons), fate, all_of_it=everything, yes=yes, crash=crash)
            case _:
                self.the_driver_goes(number)

    def somebody_orders(self, draw: Draw) -> None:
        before = len(self.w.orders)
        self.order(
            draw(st.integers(0, 1)),
            draw(st.dictionaries(skus, amounts, min_size=1, max_size=4)),
            draw(st.sampled_from([set(), set(GOODS)])),
            draw(st.sampled_from(list(ordering.SubstitutionChoice))),
            draw(st.sets(st.integers(0, 4))),
            by_card=draw(st.booleans()),
            slot=draw(st.integers(0, 1)),
            yes=draw(st.booleans()),
            crash=draw(crashes),
        )
        if len(self.w.orders) > before and draw(st.integers(0, 3)):
            self.the_card_is_shown(0, None)
            self.tell(None)

    def time_passes(self, draw: Draw) -> None:
        minutes = draw(st.integers(0, 12))
        if draw(st.booleans()):
            self.goods_are_no_longer_kept(minutes)
        else:
            self.at(self.w.now + timedelta(minutes=minutes))
            self.tick(draw(crashes))

    def the_shop_changes(self, what: str, draw: Draw) -> None:
        match what:
            case "come":
                self.w.receive(draw(skus), draw(amounts))
            case "mark down":
                self.w.mark_down(draw(skus), draw(amounts), draw(percents))
            case "end markdown":
                self.a_markdown_ends(draw(skus))
            case "throw away":
                self.goods_are_thrown_away(draw(numbers))
            case "price":
                self.w.sell(draw(skus), draw(st.integers(5_000, 60_000)))
            case _ if self.w.rules and draw(st.integers(0, 2)) == 0:
                self.an_offer_ends(draw(numbers))
            case _ if len(self.w.rules) < 5:
                self.an_offer_begins(draw(offers), draw(st.booleans()), draw(st.sampled_from([1, 2])))

    # --- what always holds ----------------------------------------------------------------------------------------
    @invariant()
    def no_unit_is_held_without_an_order_and_no_order_without_its_units(self) -> None:
        if not hasattr(self, "w"):
            return
        stock, wanted = Stock.taken(), dict[str, Counter[str]]()
        for order in self.w.orders.values():
            if order.alive and order.goods_kept:
                wanted[f"order:{order.id}"] = order.wanted()
                near = {(line.sku, at): units for line in order.lines.values() for at, units in line.near.items()}
                assert stock.near(f"order:{order.id}") == near, "who pays less gets those units, and nobody else"
            if order.waiting and order.waiting.goods_kept:
                wanted[f"order:{order.waiting.id}"] = order.waiting.additional
        assert stock.held() == {holder: goods for holder, goods in wanted.items() if goods}
        there: Counter[str] = Counter()
        for _, sku, on_hand, _ in stock.lots:
            there[sku] += on_hand  # type: ignore[assignment]  # quantities are exact
        assert there == +Counter({sku: self.w.received[sku] - self.w.gone[sku] for sku in GOODS})

    @invariant()
    def every_order_is_what_the_model_says_and_every_price_is_explained(self) -> None:
        for bought in self.w.orders.values() if hasattr(self, "w") else ():
            order = ordering.order(order_id=bought.id)
            assert order.state.value == bought.state
            if bought.alive:
                check_order(order, bought)
                check_money(bought)
        if hasattr(self, "w"):
            self.check_returns()

    @invariant()
    def coupons_count_the_orders_that_use_them(self) -> None:
        if hasattr(self, "w"):
            counted = dict(
                models.CouponTally.objects.filter(scope="total", used__gt=0).values_list("offer_id", "used")
            )
            assert counted == {offer: uses for offer in self.w.limits if (uses := self.w.uses(offer))}

    def teardown(self) -> None:
        """No order is stuck: the clock runs on, and each ends, by itself or in the hands of who sees it waiting."""
        if not hasattr(self, "w"):
            return
        try:
            if sys.exception() is None:
                self.finish()
        finally:
            self.forget()

    def forget(self) -> None:
        """All of it never happened."""
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    def finish(self) -> None:
        self.tell(None)
        self.at(self.w.now + timedelta(minutes=31))
        self.tick(None)
        self.every_order_is_what_the_model_says_and_every_price_is_explained()
        self.no_unit_is_held_without_an_order_and_no_order_without_its_units()
        self.all_that_comes_back_stands_in_a_queue()
        open_ = [order for order in self.w.orders.values() if order.state not in {"delivered", "cancelled"}]
        store = self.w.shop.store.id
        seen = {row.order_id for row in ordering.order_desk(store_id=store, now=self.w.now, limit=100).rows}
        queue = {one.order_id for one in ordering.picking_queue(store_id=store, now=self.w.now)}
        assert {order.id for order in open_} <= seen
        assert {order.id for order in open_ if order.state == "confirmed"} <= queue
        for order in self.w.orders.values():
            self.last = order
            for _again in range(2):  # who weighed more than there is weighs again
                self.somebody_picks(0, 9, 50, None, None)
                self.somebody_seals(0)
            self.the_driver_goes(0)
            self.the_driver_goes(0)
            assert order.state in {"delivered", "cancelled"}
        self.tell(None)
        self.every_order_is_what_the_model_says_and_every_price_is_explained()
        self.no_unit_is_held_without_an_order_and_no_order_without_its_units()
        assert inventory.check_stock() == []
        check_books(self.w.orders.values())


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon"), pytest.mark.timeout(120 + 5 * HISTORIES)]


def write_histories(machine: type[Histories] = Histories) -> None:
    phases: dict[str, Any] = {} if HISTORIES > 100 else {"phases": (Phase.explicit, Phase.generate)}
    machine.world = World.opened()
    run(
        machine,
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
    log.info("what happened in %s histories: %s", HISTORIES, dict(HAPPENED))


def test_whatever_happens_orders_are_what_the_model_says():
    write_histories()


@pytest.fixture
def noon(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every clock shows what the history says; nothing is shown to phones."""
    settings.FIRESTORE_PROJECT = ""
    monkeypatch.setattr(clock, "now", lambda: NOON)
    for cost, least in {"time_cost": 1, "memory_cost": 8, "parallelism": 1}.items():
        monkeypatch.setattr(Argon2PasswordHasher, cost, least)  # how passwords are hashed is not tested here
