"""Books that disagree are mended: explained first, and only as explained."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client import REGISTRY

from grocery.accounts.public import Role
from grocery.inventory import public as inventory
from grocery.inventory.contracts import Difference
from grocery.inventory.models import Lot, Movement, StockCheck, StockDifference, Transfer
from grocery.inventory.policies import truth
from grocery.inventory.public import How
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import plain, quantity
from tests.inventory.conftest import NOON, Facts, Shop
from tests.inventory.crowds import all_at_once
from tests.inventory.staff import signed_in, text

pytestmark = pytest.mark.django_db
CHECKS = "/en/admin/inventory/stockcheck/"


def tamper(sku: str, **figures: int) -> None:
    """Somebody writes into the lot of a SKU behind our back."""
    Lot.objects.filter(stock_item__sku=sku).update(**figures)


def check() -> inventory.CheckRun:
    return inventory.run_check(now=NOON, by=None)


def mend(run: inventory.CheckRun) -> int:
    remedies = inventory.plan_repair(differences=run.differences)
    return inventory.repair(remedies=remedies, check=run.id, now=NOON, by=None)


def figures(shop: Shop, sku: str) -> list[str]:
    level = shop.level(sku)
    return [plain(level.on_hand), plain(level.reserved)]


# --- what is found ----------------------------------------------------------------------------------------------


def test_a_transfer_of_which_more_left_than_it_says_is_named(shop: Shop):
    shop.receive("milk", 9)
    items = [inventory.TransferItem("milk", quantity(3))]
    sent = inventory.start_transfer(
        source=shop.location, destination=Shop().location, items=items, now=NOON, by=None, send_now=True
    )
    assert inventory.check_stock() == []
    Transfer.objects.get().lines.update(quantity=2)
    assert inventory.check_stock() == [
        Difference("milk", shop.location, None, "in transit", quantity("2.000"), quantity("3.000"), sent.id)
    ]
    assert [remedy.how for remedy in inventory.plan_repair(differences=inventory.check_stock())] == [How.BY_HAND]


def test_a_check_is_kept_with_what_it_found(shop: Shop):
    shop.receive("milk", 5)
    tamper("milk", on_hand=7)
    run = check()
    kept = StockCheck.objects.get()
    assert [kept.lots, kept.id, StockDifference.objects.get().recorded] == [1, run.id, 7]


def test_the_last_check_is_a_metric_until_it_is_mended(shop: Shop):
    shop.receive("milk", 5)
    tamper("milk", on_hand=7)
    run = check()
    found = [REGISTRY.get_sample_value("grocery_inventory_differences", {"book": "on hand"})]
    mend(run)
    found.append(REGISTRY.get_sample_value("grocery_inventory_differences", {"book": "on hand"}))
    assert found == [1, 0]
    checked = REGISTRY.get_sample_value("grocery_inventory_checked_timestamp_seconds")
    assert checked == run.ended_at.timestamp()


@pytest.mark.django_db(transaction=True)
def test_a_check_while_the_shop_sells_finds_nothing():
    shop = Shop()
    for sku in ("milk", "rice"):
        shop.receive(sku, 1000)
    stop = threading.Event()

    def sell(seller: int) -> None:
        for number in range(15):
            shop.reserve(f"order:{seller}-{number}", milk=1, rice=1)
            inventory.issue(holder=f"order:{seller}-{number}", quantities=None, now=NOON, by=None)
        stop.set()

    found: list[Difference] = []

    def look() -> None:
        while not stop.is_set():
            found.extend(inventory.check_stock())

    assert all_at_once(partial(sell, 1), partial(sell, 2), look) == {"done": 3}
    assert found == []


# --- which side is believed -------------------------------------------------------------------------------------


def remedies(on_hand: int, moved: int, reserved: int, promised: int) -> list[tuple[str, How]]:
    """For a lot that says so much, whose movements and open reservations add up to so much."""
    both = {"on hand": (on_hand, moved), "reserved": (reserved, promised)}
    differences = [
        Difference("milk", new_id(), new_id(), what, quantity(recorded), quantity(proven))  # type: ignore[arg-type]  # these two
        for what, (recorded, proven) in both.items()
        if recorded != proven
    ]
    found = truth.remedies(differences, on_hand=Decimal(on_hand), reserved=Decimal(reserved))
    return [(remedy.difference.what, remedy.how) for remedy in found]


@pytest.mark.parametrize(
    ("lot", "done"),
    [
        ((7, 5, 0, 0), [("on hand", How.RESET)]),
        ((5, 7, 2, 2), [("on hand", How.RESET)]),
        ((7, 5, 5, 5), [("on hand", How.RESET)]),
        ((7, 5, 6, 6), [("on hand", How.DOCUMENT)]),
        ((7, -1, 0, 0), [("on hand", How.DOCUMENT)]),
        ((5, 5, 4, 2), [("reserved", How.RESET)]),
        ((5, 5, 2, 5), [("reserved", How.RESET)]),
        ((5, 5, 2, 6), [("reserved", How.BY_HAND)]),
        ((7, 5, 6, 4), [("on hand", How.RESET), ("reserved", How.RESET)]),
        ((7, 5, 4, 6), [("on hand", How.DOCUMENT), ("reserved", How.RESET)]),
        ((7, 9, 4, 8), [("on hand", How.RESET), ("reserved", How.RESET)]),
        ((7, 5, 4, 8), [("on hand", How.BY_HAND), ("reserved", How.BY_HAND)]),
    ],
)
def test_promises_before_movements_before_the_lot(lot: tuple[int, int, int, int], done: list[tuple[str, How]]):
    assert remedies(*lot) == done


# --- mending ----------------------------------------------------------------------------------------------------


def test_a_lot_is_set_to_its_movements_and_phones_are_told(shop: Shop, facts: Facts):
    shop.receive("milk", 5)
    tamper("milk", on_hand=7)
    facts.forget()
    assert mend(check()) == 1
    assert [figures(shop, "milk"), facts.told(), inventory.check_stock()] == [
        ["5", "0"],
        ["StockChanged milk v2 5/0"],
        [],
    ]


def test_what_is_reserved_is_added_up_again_from_open_reservations(shop: Shop):
    shop.receive("milk", 5)
    shop.reserve("order:a", milk=2)
    tamper("milk", reserved=4)
    mend(check())
    assert [figures(shop, "milk"), inventory.check_stock()] == [["5", "2"], []]


def test_where_promises_need_the_goods_a_movement_explains_the_lot(shop: Shop):
    shop.receive("milk", 5)
    tamper("milk", on_hand=8)
    shop.reserve("order:a", milk=6)
    run = check()
    mend(run)
    last = Movement.objects.order_by("id").last()
    assert last is not None
    assert [last.kind, plain(last.quantity), last.reference] == ["adjusted", "3", f"check:{run.id}"]
    assert [figures(shop, "milk"), inventory.check_stock()] == [["8", "6"], []]


def test_what_cannot_be_known_is_left_to_people(shop: Shop):
    shop.receive("milk", 5)
    tamper("milk", on_hand=9)
    shop.reserve("order:a", milk=8)
    tamper("milk", on_hand=7, reserved=7)
    assert [mend(check()), figures(shop, "milk")] == [0, ["7", "7"]]


def test_mended_differences_are_written_down_as_such(shop: Shop):
    shop.receive("milk", 5)
    tamper("milk", on_hand=7)
    mend(check())
    found = StockDifference.objects.get()
    assert [found.how, found.mended_at] == ["reset", NOON]


def test_a_sale_between_explaining_and_doing_does_not_matter(shop: Shop):
    shop.receive("milk", 5)
    tamper("milk", on_hand=7)
    run = check()
    planned = inventory.plan_repair(differences=run.differences)
    shop.reserve("order:a", milk=1)
    inventory.issue(holder="order:a", quantities=None, now=NOON, by=None)
    inventory.repair(remedies=planned, check=run.id, now=NOON, by=None)
    assert [figures(shop, "milk"), inventory.check_stock()] == [["4", "0"], []]


def test_what_became_another_difference_is_not_mended_as_explained(shop: Shop):
    shop.receive("milk", 5)
    tamper("milk", on_hand=7)
    run = check()
    planned = inventory.plan_repair(differences=run.differences)
    tamper("milk", on_hand=9)
    with pytest.raises(inventory.HasMovedOn):
        inventory.repair(remedies=planned, check=run.id, now=NOON, by=None)
    assert figures(shop, "milk") == ["9", "0"]


@pytest.mark.django_db(transaction=True)
def test_repair_while_the_shop_sells_leaves_books_that_agree():
    shop = Shop()
    shop.receive("milk", 100)
    tamper("milk", on_hand=110, reserved=3)
    run = check()

    def sell(seller: int) -> None:
        for number in range(6):
            shop.reserve(f"order:{seller}-{number}", milk=1)
            inventory.issue(holder=f"order:{seller}-{number}", quantities=None, now=NOON, by=None)

    assert all_at_once(partial(sell, 1), partial(mend, run), partial(sell, 2)) == {"done": 3}
    assert [figures(shop, "milk"), inventory.check_stock()] == [["88", "0"], []]


# --- from the command line --------------------------------------------------------------------------------------


def command(*arguments: str) -> str:
    said = StringIO()
    call_command("stock_check", *arguments, stdout=said)
    return said.getvalue()


def answering(word: str) -> Callable[[str], str]:
    return lambda _question: word


def test_the_command_explains_asks_and_mends(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    shop.receive("milk", 5)
    tamper("milk", on_hand=7)
    monkeypatch.setattr("builtins.input", answering("y"))
    said = command("--repair")
    assert "milk, on hand: The lot says 7, its movements add up to 5. Movements are believed" in said
    assert [figures(shop, "milk"), "1 of 1 differences mended." in said] == [["5", "0"], True]


def test_the_command_takes_no_for_an_answer(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    shop.receive("milk", 5)
    tamper("milk", on_hand=7)
    monkeypatch.setattr("builtins.input", answering(""))
    with pytest.raises(CommandError, match="1 differences"):
        command("--repair")
    assert figures(shop, "milk") == ["7", "0"]


def test_told_so_the_command_does_not_ask(shop: Shop):
    shop.receive("milk", 5)
    tamper("milk", on_hand=7)
    command("--repair", "--yes")
    assert figures(shop, "milk") == ["5", "0"]


# --- in the admin -----------------------------------------------------------------------------------------------


@pytest.fixture
def manager(at_the_counter: None) -> Client:
    return signed_in(Role.MANAGER)


def repair_page(client: Client, language: str = "/en") -> Any:
    return client.get(f"{language}/admin/inventory/stockcheck/{StockCheck.objects.get().id}/repair/")


def test_a_check_is_made_on_demand_once_per_press(manager: Client, shop: Shop):
    shop.receive("milk", 5)
    for _again in "12":
        assert manager.post(f"{CHECKS}now/", {"key": "pressed"}).status_code == 302
    assert StockCheck.objects.count() == 1
    assert "The books agree." in text(manager.get(CHECKS))


@pytest.mark.parametrize(
    ("language", "words"), [("/en", "Movements are believed"), ("", "Tin biến động vì không ai sửa được")]
)
def test_the_page_explains_before_anything_is_written(manager: Client, shop: Shop, language: str, words: str):
    shop.receive("milk", 5)
    tamper("milk", on_hand=7)
    check()
    page = repair_page(manager, language)
    assert [words in text(page), figures(shop, "milk")] == [True, ["7", "0"]]


def test_what_the_page_explained_is_done(manager: Client, shop: Shop):
    shop.receive("milk", 5)
    tamper("milk", on_hand=7)
    run = check()
    gist = repair_page(manager).context["gist"]
    for _again in "12":
        manager.post(f"{CHECKS}{run.id}/repair/", {"gist": gist})
    assert figures(shop, "milk") == ["5", "0"]
    shown = text(manager.get(f"{CHECKS}{run.id}/change/"))
    assert ["reset" in shown, "Repair…" in shown] == [True, False]


def test_what_the_page_did_not_explain_is_not_done(manager: Client, shop: Shop):
    shop.receive("milk", 5)
    tamper("milk", on_hand=7)
    run = check()
    manager.post(f"{CHECKS}{run.id}/repair/", {"gist": "something else"})
    assert figures(shop, "milk") == ["7", "0"]


@pytest.mark.parametrize("role", [Role.PICKER, Role.SUPPORT])
def test_who_may_only_look_neither_checks_nor_repairs(shop: Shop, role: Role, at_the_counter: None):
    run, client = check(), signed_in(role)
    assert [
        client.get(CHECKS).status_code,
        client.post(f"{CHECKS}now/", {"key": "k"}).status_code,
        client.get(f"{CHECKS}{run.id}/repair/").status_code,
    ] == [200, 403, 403]


def test_the_books_of_all_stores_are_not_for_the_staff_of_one(shop: Shop, at_the_counter: None):
    client = signed_in(Role.MANAGER, store_id=shop.location)
    assert client.post(f"{CHECKS}now/", {"key": "k"}).status_code == 403


def test_a_longer_list_of_checks_costs_no_more_statements(manager: Client, shop: Shop):
    def statements() -> int:
        with CaptureQueriesContext(connection) as ran:
            assert manager.get(CHECKS).status_code == 200
        return len(ran)

    check()
    one = statements()
    check()
    check()
    assert statements() == one
