"""Staff count without seeing the books; what differs is booked against what the books said at that moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.inventory.models import Count, CountEntry, Movement, StockItem
from grocery.inventory.policies import counts as rules
from grocery.inventory.public import ChangeKind, Choice, CountedLot, CountState
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import plain, quantity
from tests.inventory.conftest import NOON, Facts, Shop, days, listed
from tests.inventory.crowds import all_at_once

pytestmark = pytest.mark.django_db
HOA, MINH = new_id(), new_id()


@pytest.fixture(autouse=True)
def _tolerance(settings: Any) -> None:
    settings.COUNT_AGAIN_PERCENT, settings.COUNT_APPROVAL_PERCENT = 50, 20
    settings.COUNT_APPROVAL_VALUE = 1_000_000


def start(shop: Shop, *skus: str) -> inventory.Count:
    return inventory.start_count(location=shop.location, skus=skus, title="Shelf A", now=NOON, by=HOA)


def lot(sku: str, amount: int | str, *, code: str = "", expires: int | None = None) -> CountedLot:
    return CountedLot(sku, quantity(amount), code, None if expires is None else days(expires))


def record(count: inventory.Count, *found: CountedLot, by: UUID = HOA) -> inventory.Count:
    return inventory.record_count(count=count.id, found=found, now=NOON, by=by)


def finish(count: inventory.Count) -> inventory.Count:
    return inventory.finish_count(count=count.id, now=NOON, by=HOA)


def approve(count: inventory.Count, by: UUID = MINH) -> inventory.Count:
    return inventory.approve_count(count=count.id, now=NOON, by=by)


def sell(shop: Shop, sku: str, amount: int) -> None:
    holder = f"order:{new_id()}"
    shop.reserve(holder, {sku: amount})
    inventory.issue(holder=holder, quantities=None, now=NOON, by=None)


def refused(do: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(inventory.ChangesRefused) as why:
        do()
    return [(line.sku, line.code) for line in why.value.lines]


# --- counting ---------------------------------------------------------------------------------------------------


def test_a_count_lists_the_lots_on_the_shelf_and_says_nothing_of_how_much_is_in_them(shop: Shop):
    shop.receive("milk", 5, expires=4, lot="L1")
    shop.receive("milk", 5, expires=2, lot="L2")
    shop.receive("milk", 5, expires=3, lot="L3")
    shop.change(ChangeKind.WASTE, "milk", 5, expires=3, lot="L3")
    shop.receive("rice", 5)
    count = start(shop, "milk")
    assert [(line.lot_code, line.book, line.counted) for line in count.lines] == [
        ("L2", None, None),
        ("L1", None, None),
    ]


def test_what_differs_is_booked_as_counted(shop: Shop, facts: Facts):
    shop.receive("milk", 10, expires=4)
    shop.receive("rice", 10)
    count = record(start(shop, "milk", "rice"), lot("milk", 9, expires=4), lot("rice", 10))
    facts.forget()
    assert finish(count).state == CountState.BOOKED
    (moved,) = Movement.objects.filter(kind="counted")
    assert [plain(moved.quantity), moved.reference, moved.reason] == ["-1", f"count:{count.id}", "Shelf A"]
    assert facts.told() == ["StockChanged milk v2 9/0"]


def test_what_was_sold_after_the_count_stays_sold(shop: Shop):
    shop.receive("milk", 10)
    count = record(start(shop, "milk"), lot("milk", 9))
    sell(shop, "milk", 4)
    shop.receive("milk", 7)
    finish(count)
    assert shop.on_hand("milk") == 10 - 1 - 4 + 7


def test_what_was_sold_between_count_and_approval_stays_sold(shop: Shop):
    shop.receive("milk", 10)
    count = finish(record(start(shop, "milk"), lot("milk", 6)))
    sell(shop, "milk", 3)
    approve(count)
    assert [shop.on_hand("milk"), inventory.check_stock()] == [3, []]


def test_a_lot_that_the_books_do_not_have_is_found(shop: Shop):
    shop.receive("milk", 10, expires=4)
    count = record(start(shop, "milk"), lot("milk", 10, expires=4), lot("milk", 1, code="L9", expires=9))
    finish(record(count, lot("milk", 1, code="L9", expires=9)))
    assert [(one.lot_code, plain(one.on_hand)) for one in shop.level("milk").lots] == [("", "10"), ("L9", "1")]


def test_lots_that_nobody_counted_stay_as_they_are(shop: Shop):
    shop.receive("milk", 10)
    shop.receive("rice", 10)
    finish(record(start(shop, "milk", "rice"), lot("milk", 9)))
    assert shop.on_hand("rice") == 10


def test_every_try_is_kept_and_the_last_one_holds(shop: Shop):
    shop.receive("milk", 10)
    count = start(shop, "milk")
    record(count, lot("milk", 8), by=HOA)
    record(count, lot("milk", 9), by=MINH)
    entries = CountEntry.objects.order_by("id").values_list("counted", "book", "by")
    assert [[plain(counted), plain(book), by] for counted, book, by in entries] == [
        ["8", "10", HOA],
        ["9", "10", MINH],
    ]
    assert [plain(line.variance) for line in inventory.look_at_count(count=count.id).lines] == ["-1"]


def test_a_lot_far_off_is_counted_again_before_it_is_booked(shop: Shop):
    shop.receive("milk", 10)
    count = record(start(shop, "milk"), lot("milk", 2))
    assert [line.again for line in count.lines] == [True]
    with pytest.raises(inventory.CountUnfinished) as why:
        finish(count)
    assert why.value.text("vi") == "Cần đếm lại: milk."
    assert record(count, lot("milk", 2)).lines[0].again is False
    assert finish(count).state == CountState.WAITING


def test_a_count_of_nothing_is_not_finished(shop: Shop):
    shop.receive("milk", 10)
    with pytest.raises(inventory.CountUnfinished):
        finish(start(shop, "milk"))


def test_what_is_not_in_the_count_or_cannot_be_is_refused(shop: Shop):
    shop.receive("milk", 10)
    shop.receive("rice", 10)
    count = start(shop, "milk")
    for wrong in (lot("rice", 1), lot("milk", -1)):
        with pytest.raises(Invalid):
            record(count, wrong)
    with pytest.raises(Invalid):
        start(shop, "nowhere")
    with pytest.raises(NotFound):
        inventory.look_at_count(count=new_id())


# --- approval ---------------------------------------------------------------------------------------------------


def line(book: int, counted: int, *, sku: str = "milk", tries: int = 1) -> Any:
    return inventory.CountLine(new_id(), sku, "", None, quantity(counted), quantity(book), HOA, NOON, tries, False)


TOLERANCE = rules.Tolerance(again_percent=10, approval_percent=5, approval_value=100_000)


@pytest.mark.parametrize(
    ("book", "counted", "tries", "again"),
    [(10, 9, 1, False), (10, 8, 1, True), (10, 12, 1, True), (10, 8, 2, False), (0, 1, 1, True), (0, 0, 1, False)],
)
def test_a_lot_is_counted_again_beyond_the_limit_and_once(book: int, counted: int, tries: int, again: bool):
    assert rules.again(line(book, counted, tries=tries), TOLERANCE) is again


@pytest.mark.parametrize(
    ("lines", "needs"),
    [
        ([line(100, 95)], False),
        ([line(100, 94)], True),
        ([line(100, 97), line(100, 103)], False),
        ([line(100, 94), line(100, 106)], True),  # more and less do not cancel out
        ([line(1000, 998, sku="saffron")], False),
        ([line(1000, 997, sku="saffron")], True),  # by value
        ([line(0, 1)], True),
        ([line(0, 0)], False),
    ],
)
def test_approval_is_needed_beyond_either_limit(lines: list[Any], needs: bool):
    assert rules.needs_approval(lines, {"saffron": 50_000}, TOLERANCE) is needs


def test_a_count_that_is_worth_much_waits_though_it_is_few(shop: Shop, settings: Any):
    listed("milk")  # 10,000 đồng each
    settings.COUNT_APPROVAL_PERCENT, settings.COUNT_APPROVAL_VALUE = 100, 15_000
    shop.receive("milk", 10)
    assert finish(record(start(shop, "milk"), lot("milk", 8))).state == CountState.WAITING


def test_who_has_counted_any_of_it_does_not_approve_it(shop: Shop):
    shop.receive("milk", 10)
    shop.receive("rice", 10)
    count = start(shop, "milk", "rice")
    record(count, lot("milk", 5), by=MINH)
    record(count, lot("milk", 5), lot("rice", 10), by=HOA)
    finish(count)
    for counter in (HOA, MINH):
        with pytest.raises(inventory.CountedByYou):
            approve(count, by=counter)
    assert approve(count, by=new_id()).state == CountState.BOOKED


def test_promised_goods_are_not_counted_away(shop: Shop):
    shop.receive("milk", 10)
    count = finish(record(start(shop, "milk"), lot("milk", 6)))
    shop.reserve("order:a", milk=8)
    assert refused(lambda: approve(count)) == [("milk", "reserved")]
    inventory.release(holder="order:a", now=NOON)
    approve(count)
    assert shop.on_hand("milk") == 6


@pytest.mark.parametrize("kind", [ChangeKind.COUNT, ChangeKind.ADJUST])
def test_a_difference_that_was_corrected_since_is_not_booked_twice(shop: Shop, kind: ChangeKind):
    shop.receive("milk", 10)
    count = finish(record(start(shop, "milk"), lot("milk", 6)))
    shop.change(kind, "milk", 6 if kind is ChangeKind.COUNT else -4)
    assert refused(lambda: approve(count)) == [("milk", "corrected_since")]
    again = inventory.recount(count=count.id, lines=[count.lines[0].id])
    assert again.state == CountState.OPEN
    finish(record(again, lot("milk", 6)))
    assert shop.on_hand("milk") == 6


def test_a_cancelled_count_books_nothing_and_frees_its_lots(shop: Shop):
    shop.receive("milk", 10)
    count = finish(record(start(shop, "milk"), lot("milk", 6)))
    inventory.cancel_count(count=count.id, now=NOON, by=HOA)
    done = inventory.cancel_count(count=count.id, now=NOON, by=HOA)
    assert [done.state, shop.on_hand("milk"), start(shop, "milk").state] == [
        CountState.CANCELLED,
        10,
        CountState.OPEN,
    ]


def test_what_is_over_is_over(shop: Shop):
    shop.receive("milk", 10)
    count = finish(record(start(shop, "milk"), lot("milk", 9)))
    for late in (
        partial(record, count, lot("milk", 9)),
        partial(finish, count),
        partial(approve, count),
        partial(inventory.cancel_count, count=count.id, now=NOON, by=HOA),
        partial(inventory.recount, count=count.id, lines=[]),
    ):
        with pytest.raises(inventory.CountMovedOn, match="already booked"):
            late()
    assert shop.on_hand("milk") == 9


def test_a_lot_is_in_one_open_count(shop: Shop):
    shop.receive("milk", 10)
    start(shop, "milk")
    with pytest.raises(inventory.AlreadyCounted):
        start(shop, "milk")


def test_fifty_lots_cost_as_many_statements_as_two(shop: Shop):
    def cost(step: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as ran:
            step()
        return len(ran)

    def statements(number: int) -> list[int]:
        skus = [f"sku{number}-{one}" for one in range(number)]
        for sku in skus:
            shop.receive(sku, 100)
        started = cost(lambda: start(shop, *skus))
        count = inventory.look_at_count(count=Count.objects.latest("made_at", "id").id)
        return [started, cost(lambda: record(count, *[lot(sku, 99) for sku in skus])), cost(lambda: finish(count))]

    statements(1)
    assert statements(2) == statements(50)


# --- what to count ----------------------------------------------------------------------------------------------


def choose(shop: Shop, choice: Choice, **more: Any) -> list[str]:
    return inventory.choose_for_count(location=shop.location, choice=choice, now=NOON, **more)


def test_a_shelf_list_keeps_what_the_store_knows(shop: Shop):
    shop.receive("milk", 1)
    Shop().receive("rice", 1)
    assert choose(shop, Choice.SKUS, skus=["milk", "rice", "salt"]) == ["milk"]


def test_expired_low_and_never_counted_goods_are_found(shop: Shop):
    shop.receive("milk", 5, expires=0)
    shop.receive("rice", 5)
    shop.receive("eggs", 5)
    shop.change(ChangeKind.COUNT, "eggs", 4)
    StockItem.objects.filter(sku="rice").update(low_stock_threshold=5)
    later = NOON + timedelta(days=1)
    expired = inventory.choose_for_count(location=shop.location, choice=Choice.EXPIRED, now=later)
    assert [expired, choose(shop, Choice.LOW), choose(shop, Choice.NEVER)] == [["milk"], ["rice"], ["milk", "rice"]]


def test_a_category_is_counted_with_what_is_below_it(shop: Shop):
    listed("milk", "rice")
    catalog.save_category(slug="dairy", name_en="Dairy", name_vi="Sữa", parent="food")
    draft = catalog.ProductDraft(sku="brie", name_en="Brie", name_vi="Brie", category="dairy", price=90_000)
    catalog.save_product(draft=draft, now=NOON)
    for sku in ("milk", "brie"):
        shop.receive(sku, 1)
    assert [choose(shop, Choice.CATEGORY, category=slug) for slug in ("food", "dairy")] == [
        ["brie", "milk"],
        ["brie"],
    ]
    with pytest.raises(NotFound):
        choose(shop, Choice.CATEGORY, category="nowhere")


def test_what_is_being_counted_is_not_chosen_again(shop: Shop):
    shop.receive("milk", 1)
    shop.receive("rice", 1)
    start(shop, "milk")
    assert choose(shop, Choice.SAMPLE, size=5) == ["rice"]


def test_a_sample_prefers_what_sells_most():
    sold = {f"sku{number:03}": Decimal(1000 - number) for number in range(100)}
    chosen = rules.sample(sold, size=10, seed=1)
    assert [
        len(chosen),
        sum(sku < "sku020" for sku in chosen),
        sum("sku020" <= sku < "sku050" for sku in chosen),
    ] == [
        10,
        5,
        3,
    ]
    assert [rules.sample(sold, size=10, seed=1) == chosen, rules.sample(sold, size=10, seed=2) == chosen] == [
        True,
        False,
    ]


def test_a_sample_of_more_than_there_is_is_all_there_is():
    assert rules.sample({"milk": Decimal(1), "rice": Decimal(0)}, size=20, seed=1) == ["milk", "rice"]


def test_what_was_sold_lately_counts_for_the_sample(shop: Shop):
    shop.receive("milk", 9)
    sell(shop, "milk", 4)
    assert Movement.objects.sold_since(NOON - timedelta(days=1), location=shop.location) == {"milk": 4}


# --- at once ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_approved_by_many_at_once_it_is_booked_once():
    shop = Shop()
    shop.receive("milk", 10)
    count = finish(record(start(shop, "milk"), lot("milk", 6)))
    ended = all_at_once(*[partial(approve, count, by=new_id()) for _ in "1234"])
    assert [ended, shop.on_hand("milk")] == [{"done": 1, "CountMovedOn": 3}, 6]


@pytest.mark.django_db(transaction=True)
def test_counted_while_the_shop_sells_no_sale_is_lost():
    shop = Shop()
    shop.receive("milk", 100)
    count = start(shop, "milk")

    def counted() -> None:
        # what lies there is one less than the books say, whatever they say at this moment
        for _try in range(5):
            seen = shop.on_hand("milk")
            line = record(count, CountedLot("milk", quantity(seen - 1))).lines[0]
            if line.book == seen:
                return

    def sells() -> None:
        for _basket in range(5):
            sell(shop, "milk", 2)

    assert all_at_once(sells, counted, sells) == {"done": 3}
    finish(count)
    gap = inventory.look_at_count(count=count.id).lines[0].variance
    assert [shop.on_hand("milk"), inventory.check_stock()] == [100 - 20 + gap, []]


@pytest.mark.django_db(transaction=True)
def test_two_who_start_to_count_the_same_shelf_at_once_count_it_once():
    shop = Shop()
    shop.receive("milk", 10)
    assert all_at_once(*[partial(start, shop, "milk")] * 3) == {"done": 1, "AlreadyCounted": 2}
