"""Staff receive, waste, correct and count; every change is a movement, and all lines hold or none."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from grocery.inventory import public as inventory
from grocery.inventory.contracts import StockChange
from grocery.inventory.models import Lot, Movement
from grocery.kernel.errors import NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import LARGEST, Quantity, quantity
from tests.inventory.conftest import NOON, Facts, Shop, days

RECEIVE, WASTE, ADJUST, COUNT = inventory.ChangeKind


def lots(shop: Shop, sku: str) -> dict[str, str]:
    return {f"{lot.lot_code} {lot.expires_on}": str(lot.on_hand) for lot in shop.level(sku).lots}


def refusal(shop: Shop, *changes: StockChange) -> list[tuple[int, str]]:
    """Which lines are refused, and with which code."""
    with pytest.raises(inventory.ChangesRefused) as refused:
        inventory.change_stock(location=shop.location, changes=changes, now=NOON, by=shop.by)
    return [(line.line, line.code) for line in refused.value.lines]


def test_goods_received_twice_under_one_lot_and_date_are_one_lot(shop: Shop):
    shop.receive("milk", 3, expires=4, lot="L1")
    shop.receive("milk", "2.5", expires=4, lot="L1")
    assert lots(shop, "milk") == {"L1 2026-11-24": "5.500"}


def test_goods_without_lot_and_date_are_one_undated_lot(shop: Shop):
    shop.receive("salt", 3)
    shop.receive("salt", 2)
    assert lots(shop, "salt") == {" None": "5.000"}


def test_the_database_refuses_a_second_undated_lot(shop: Shop):
    shop.receive("salt", 3)
    with pytest.raises(IntegrityError, match="one_row_per_lot"), transaction.atomic():
        Lot.objects.create(stock_item=Lot.objects.get().stock_item)


def test_waste_comes_off_the_lot_that_is_named(shop: Shop):
    shop.receive("milk", 3, expires=4)
    shop.receive("milk", 3, expires=8)
    shop.change(WASTE, "milk", 1, expires=8)
    assert lots(shop, "milk") == {" 2026-11-24": "3.000", " 2026-11-28": "2.000"}


def test_a_lot_need_not_be_named_where_there_is_only_one(shop: Shop):
    shop.receive("milk", 3, expires=4, lot="L1")
    shop.change(WASTE, "milk", 1)
    assert lots(shop, "milk") == {"L1 2026-11-24": "2.000"}


def test_a_count_sets_what_is_there(shop: Shop):
    shop.receive("milk", 3)
    shop.change(COUNT, "milk", 7)
    assert shop.on_hand("milk") == 7


def test_a_correction_goes_both_ways(shop: Shop):
    shop.receive("milk", 3)
    shop.change(ADJUST, "milk", 2)
    shop.change(ADJUST, "milk", -4)
    assert shop.on_hand("milk") == 1


def test_every_change_is_a_movement_of_who_when_and_why(shop: Shop):
    shop.receive("milk", 5)
    shop.change(WASTE, "milk", 2, reason="split bag")
    shop.change(COUNT, "milk", 4, reason="")
    movements = Movement.objects.order_by("id").values_list("kind", "quantity", "reason", "by", "at")
    assert [list(movement) for movement in movements] == [
        ["received", 5, "because", shop.by, NOON],
        ["wasted", -2, "split bag", shop.by, NOON],
        ["counted", 1, "", shop.by, NOON],
    ]


def test_a_count_that_finds_what_was_known_moves_nothing(shop: Shop, facts: Facts):
    shop.receive("milk", 5)
    facts.forget()
    assert shop.change(COUNT, "milk", 5) == []
    assert facts.told() == []


@pytest.mark.parametrize("how", ["update", "delete"])
def test_history_is_never_rewritten(shop: Shop, how: str):
    shop.receive("milk", 5)
    rewrite = {"update": lambda: Movement.objects.update(quantity=1), "delete": Movement.objects.all().delete}[how]
    with pytest.raises(IntegrityError, match="only ever added to"), transaction.atomic():
        rewrite()


def test_lines_are_done_in_order_each_seeing_those_before(shop: Shop):
    changes = [
        StockChange(RECEIVE, "milk", quantity(5)),
        StockChange(WASTE, "milk", quantity(2), reason="leaked"),
        StockChange(COUNT, "milk", quantity(4)),
    ]
    (milk,) = inventory.change_stock(location=shop.location, changes=changes, now=NOON, by=shop.by)
    assert milk.on_hand == 4
    assert sorted(Movement.objects.values_list("quantity", flat=True)) == [-2, 1, 5]


def test_every_line_that_is_wrong_is_named(shop: Shop):
    shop.receive("milk", 3, expires=4)
    shop.receive("milk", 3, expires=8)
    shop.receive("rice", 3)
    shop.reserve("order:a", rice=2)
    assert refusal(
        shop,
        StockChange(RECEIVE, "eggs", quantity(1)),
        StockChange(RECEIVE, "eggs", quantity(0)),
        StockChange(RECEIVE, "eggs", quantity(1), expires_on=days(-1)),
        StockChange(WASTE, "milk", quantity(1), reason="off"),
        StockChange(WASTE, "milk", quantity(1), "L9", reason="off"),
        StockChange(WASTE, "milk", quantity(4), expires_on=days(4), reason="off"),
        StockChange(WASTE, "rice", quantity(2), reason="off"),
        StockChange(COUNT, "rice", quantity(1)),
        StockChange(WASTE, "rice", quantity(1)),
        StockChange(WASTE, "rice", quantity(-1), reason="off"),
        StockChange(ADJUST, "rice", quantity(0), reason="off"),
        StockChange(COUNT, "rice", quantity(-1)),
        StockChange(RECEIVE, "rice", Quantity(LARGEST)),
        StockChange(WASTE, "nowhere", quantity(1), reason="off"),
    ) == [
        (2, "quantity"),
        (3, "already_expired"),
        (4, "which_lot"),
        (5, "unknown_lot"),
        (6, "not_there"),
        (7, "reserved"),
        (8, "reserved"),
        (9, "reason_needed"),
        (10, "quantity"),
        (11, "quantity"),
        (12, "quantity"),
        (13, "quantity"),
        (14, "unknown_lot"),
    ]


def test_when_one_line_is_wrong_nothing_changes(shop: Shop, facts: Facts):
    refusal(shop, StockChange(RECEIVE, "eggs", quantity(1)), StockChange(WASTE, "milk", quantity(1), reason="off"))
    assert inventory.stock(sku="eggs", now=NOON) == []
    assert facts.told() == []


def test_a_refusal_reads_well_in_both_languages(shop: Shop):
    with pytest.raises(inventory.ChangesRefused) as refused:
        shop.change(WASTE, "milk", 1)
    assert refused.value.text("en") == (
        "Nothing was changed: 1 of the lines cannot be applied. Line 1 (milk): There is no such lot here."
    )
    assert refused.value.text("vi") == (
        "Chưa thay đổi gì: 1 dòng không thực hiện được. Dòng 1 (milk): Không có lô này tại cửa hàng."
    )


def test_goods_do_not_come_into_a_store_that_does_not_exist(shop: Shop):
    with pytest.raises(NotFound):
        Shop(location=new_id()).receive("milk", 1)


def test_a_thousand_lines_cost_as_many_statements_as_two(shop: Shop):
    def statements(lines: int) -> int:
        changes = [StockChange(RECEIVE, f"sku{n}", quantity(1), expires_on=days(n % 9)) for n in range(lines)]
        with CaptureQueriesContext(connection) as ran:
            inventory.change_stock(location=shop.location, changes=changes, now=NOON, by=shop.by)
        return len([query for query in ran if '"inventory_' in query["sql"]])

    assert [statements(2), statements(1000)] == [6, 6]


def test_a_store_is_filled_at_once(shop: Shop, facts: Facts):
    lines = [
        inventory.StockLine("milk", quantity(3), days(4), "L1", quantity(2)),
        inventory.StockLine("milk", quantity(4), days(9)),
        inventory.StockLine("salt", quantity("0.5")),
    ]
    assert inventory.stock_up(location=shop.location, lines=lines, now=NOON) == 3
    assert facts.told() == ["StockChanged milk v1 7/0", "StockChanged salt v1 0.5/0"]
    assert shop.level("milk").low_stock_threshold == 2
    assert Movement.objects.count() == 3
