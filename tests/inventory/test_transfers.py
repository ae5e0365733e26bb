"""Goods go from store to store: nothing vanishes on the way, nothing arrives twice."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grocery.inventory import public as inventory
from grocery.inventory.models import Movement, StockItem, Transfer, TransferLine
from grocery.inventory.public import Arrival, TransferItem, TransferState
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import ZERO, plain, quantity
from tests.inventory.conftest import NOON, Facts, Shop, days
from tests.inventory.crowds import all_at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def branch(shop: Shop) -> Shop:
    """Another store, to which goods may go."""
    return Shop()


def start(shop: Shop, branch: Shop, *items: TransferItem, send: bool = True) -> inventory.Transfer:
    return inventory.start_transfer(
        source=shop.location, destination=branch.location, items=items, now=NOON, by=shop.by, send_now=send
    )


def item(sku: str, amount: int | str, *, lot: str = "", expires: int | None = None) -> TransferItem:
    return TransferItem(sku, quantity(amount), lot, None if expires is None else days(expires))


def receive(transfer: inventory.Transfer, *came: tuple[int, int | str, str]) -> inventory.Transfer:
    """It has come: as it was sent, but for lines of which (by place) another quantity came for a reason."""
    arrivals = [Arrival(transfer.lines[line].id, quantity(amount), why) for line, amount, why in came]
    return inventory.receive_transfer(transfer=transfer.id, arrivals=arrivals, now=NOON, by=None)


def cancel(transfer: inventory.Transfer) -> inventory.Transfer:
    return inventory.cancel_transfer(transfer=transfer.id, now=NOON, by=None)


def refused(do: Callable[[], object]) -> list[tuple[int, str, str]]:
    with pytest.raises(inventory.ChangesRefused) as why:
        do()
    return [(line.line, line.sku, line.code) for line in why.value.lines]


def on_hand(shop: Shop, sku: str) -> Decimal:
    return sum(
        (lvl.on_hand for lvl in inventory.stock(sku=sku, now=NOON) if lvl.location == shop.location), Decimal(0)
    )


def lots(shop: Shop, sku: str) -> list[tuple[str, int | None, Decimal]]:
    return [
        (lot.lot_code, None if lot.expires_on is None else (lot.expires_on - days(0)).days, lot.on_hand)
        for lot in shop.level(sku).lots
    ]


def in_transit(branch: Shop, *skus: str) -> dict[str, Decimal]:
    return dict(inventory.in_transit(location=branch.location, skus=skus))


# --- there ------------------------------------------------------------------------------------------------------


def test_a_draft_moves_nothing_and_holds_nothing(shop: Shop, branch: Shop):
    shop.receive("milk", 10, expires=4)
    draft = start(shop, branch, item("milk", 4), send=False)
    assert [draft.state, shop.available("milk"), in_transit(branch, "milk")] == [TransferState.DRAFT, 10, {}]


def test_what_is_sent_is_on_neither_shelf_but_in_transit(shop: Shop, branch: Shop):
    shop.receive("milk", 10, expires=4)
    start(shop, branch, item("milk", 4))
    assert [on_hand(shop, "milk"), on_hand(branch, "milk"), in_transit(branch, "milk")] == [6, 0, {"milk": 4}]


def test_what_is_received_lies_in_lots_of_the_same_code_and_expiry(shop: Shop, branch: Shop):
    shop.receive("milk", 10, expires=4, lot="L1")
    shop.receive("milk", 10, expires=9, lot="L2")
    branch.receive("milk", 1, expires=4, lot="L1")
    receive(start(shop, branch, item("milk", 4, lot="L1"), item("milk", "2.5", lot="L2")))
    assert lots(branch, "milk") == [("L1", 4, 5), ("L2", 9, Decimal("2.5"))]
    assert in_transit(branch, "milk") == {}


def test_each_step_is_told_of_the_store_that_it_changes(shop: Shop, branch: Shop, facts: Facts):
    shop.receive("milk", 10)
    facts.forget()
    sent = start(shop, branch, item("milk", 4))
    assert facts.told() == ["StockChanged milk v2 6/0"]
    facts.forget()
    receive(sent)
    assert facts.told() == ["StockChanged milk v1 4/0"]


def test_movements_name_the_transfer(shop: Shop, branch: Shop):
    shop.receive("milk", 10)
    sent = receive(start(shop, branch, item("milk", 4)))
    moved = Movement.objects.filter(reference=f"transfer:{sent.id}").order_by("id")
    assert [(one.kind, int(one.quantity)) for one in moved] == [("transferred", -4), ("transferred", 4)]


def test_what_came_short_or_over_is_written_down_with_its_reason(shop: Shop, branch: Shop):
    shop.receive("milk", 10)
    shop.receive("rice", 10)
    done = receive(start(shop, branch, item("milk", 4), item("rice", 4)), (0, 3, "one broke"), (1, 5, "miscounted"))
    assert [(plain(line.quantity), plain(line.received or ZERO), line.reason) for line in done.lines] == [
        ("4", "3", "one broke"),
        ("4", "5", "miscounted"),
    ]
    assert [on_hand(branch, "milk"), on_hand(branch, "rice"), inventory.check_stock()] == [3, 5, []]


def test_a_transfer_of_which_nothing_came_ends_without_goods(shop: Shop, branch: Shop):
    shop.receive("milk", 10)
    done = receive(start(shop, branch, item("milk", 4)), (0, 0, "van was robbed"))
    assert [done.state, inventory.in_transit(location=branch.location, skus=["milk"])] == [TransferState.RECEIVED, {}]
    assert StockItem.objects.at(branch.location).count() == 0


def test_lines_of_one_lot_add_up(shop: Shop, branch: Shop):
    shop.receive("milk", 10)
    sent = start(shop, branch, item("milk", 2), item("milk", 3))
    assert [line.quantity for line in sent.lines] == [5]


# --- what cannot go ---------------------------------------------------------------------------------------------


def test_every_line_that_cannot_go_is_named_and_nothing_moves(shop: Shop, branch: Shop):
    shop.receive("milk", 5, expires=1)
    shop.receive("milk", 5, expires=2)
    shop.receive("rice", 5)
    shop.receive("eggs", 5)
    shop.reserve("order:a", eggs=3)
    assert refused(
        lambda: start(
            shop,
            branch,
            item("rice", 2),
            item("milk", 1),
            item("milk", 6, expires=1),
            item("eggs", 3),
            item("rice", 0),
            item("salt", 1),
            item("rice", 4),
        )
    ) == [
        (2, "milk", "which_lot"),
        (3, "milk", "not_there"),
        (4, "eggs", "reserved"),
        (5, "rice", "quantity"),
        (6, "salt", "unknown_lot"),
        (7, "rice", "not_there"),
    ]
    assert [Transfer.objects.count(), on_hand(shop, "rice")] == [0, 5]


def test_a_draft_whose_goods_were_promised_since_does_not_leave(shop: Shop, branch: Shop):
    shop.receive("milk", 5)
    shop.receive("rice", 5)
    draft = start(shop, branch, item("milk", 3), item("rice", 3), send=False)
    shop.reserve("order:a", milk=3)
    send = partial(inventory.send_transfer, transfer=draft.id, now=NOON, by=None)
    assert refused(send) == [(1, "milk", "reserved")]
    assert [on_hand(shop, "milk"), on_hand(shop, "rice")] == [5, 5]
    inventory.release(holder="order:a", now=NOON)
    assert send().state == TransferState.SENT


def test_goods_past_their_day_are_not_sent_on(shop: Shop, branch: Shop):
    shop.receive("milk", 5, expires=0)
    draft = start(shop, branch, item("milk", 3), send=False)
    tomorrow = NOON.replace(day=21)
    assert refused(lambda: inventory.send_transfer(transfer=draft.id, now=tomorrow, by=None)) == [
        (1, "milk", "already_expired")
    ]


def test_goods_that_expired_on_the_way_still_arrive(shop: Shop, branch: Shop):
    shop.receive("milk", 5, expires=0)
    sent = start(shop, branch, item("milk", 3))
    inventory.receive_transfer(transfer=sent.id, arrivals=[], now=NOON.replace(day=21), by=None)
    assert on_hand(branch, "milk") == 3


def test_a_difference_needs_a_reason(shop: Shop, branch: Shop):
    shop.receive("milk", 5)
    sent = start(shop, branch, item("milk", 3))
    assert refused(lambda: receive(sent, (0, 2, ""))) == [(1, "milk", "reason_needed")]
    assert refused(lambda: receive(sent, (0, -1, "lost"))) == [(1, "milk", "quantity")]
    assert on_hand(branch, "milk") == 0


def test_goods_do_not_go_to_where_they_are_nor_to_no_store(shop: Shop):
    shop.receive("milk", 5)
    with pytest.raises(Invalid):
        start(shop, shop, item("milk", 1))
    with pytest.raises(NotFound):
        start(shop, Shop(location=new_id()), item("milk", 1))


def test_what_is_not_known_is_not_found(shop: Shop, branch: Shop):
    shop.receive("milk", 5)
    sent = start(shop, branch, item("milk", 1))
    with pytest.raises(NotFound):
        inventory.send_transfer(transfer=new_id(), now=NOON, by=None)
    with pytest.raises(NotFound):
        inventory.receive_transfer(transfer=sent.id, arrivals=[Arrival(new_id(), quantity(1))], now=NOON, by=None)


# --- and back, and twice ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sent", [False, True])
def test_a_transfer_that_is_cancelled_leaves_all_as_it_was(shop: Shop, branch: Shop, *, sent: bool):
    shop.receive("milk", 5, expires=4, lot="L1")
    before = lots(shop, "milk")
    done = cancel(start(shop, branch, item("milk", 3), send=sent))
    assert [done.state, lots(shop, "milk"), in_transit(branch, "milk")] == [TransferState.CANCELLED, before, {}]
    assert Movement.objects.count() == (3 if sent else 1)


def test_each_step_said_twice_is_done_once(shop: Shop, branch: Shop):
    shop.receive("milk", 9)
    sent = start(shop, branch, item("milk", 3))
    inventory.send_transfer(transfer=sent.id, now=NOON, by=None)
    for _again in "12":
        receive(sent, (0, 2, "one broke"))
    back = start(shop, branch, item("milk", 3))
    for _again in "12":
        cancel(back)
    assert [on_hand(shop, "milk"), on_hand(branch, "milk")] == [6, 2]


def test_what_was_received_is_not_received_otherwise_nor_cancelled(shop: Shop, branch: Shop):
    shop.receive("milk", 9)
    sent = start(shop, branch, item("milk", 3))
    receive(sent)
    for late in (partial(receive, sent, (0, 2, "one broke")), partial(cancel, sent)):
        with pytest.raises(inventory.TransferMovedOn) as why:
            late()
        assert why.value.text("vi") == "Phiếu chuyển này đã nhận xong."
    assert on_hand(branch, "milk") == 3


def test_a_draft_is_not_received(shop: Shop, branch: Shop):
    shop.receive("milk", 9)
    with pytest.raises(inventory.TransferMovedOn):
        receive(start(shop, branch, item("milk", 3), send=False))


def test_fifty_lines_cost_as_many_statements_as_two(shop: Shop, branch: Shop):
    def statements(number: int) -> list[int]:
        skus = [f"sku{number}-{line}" for line in range(number)]
        for sku in skus:
            shop.receive(sku, 5)
        costs = []
        with CaptureQueriesContext(connection) as ran:
            sent = start(shop, branch, *[item(sku, 2) for sku in skus])
        costs.append(len(ran))
        with CaptureQueriesContext(connection) as ran:
            receive(sent)
        return [*costs, len(ran)]

    statements(1)
    assert statements(2) == statements(50)


# --- at once ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_received_by_many_at_once_it_arrives_once():
    shop, branch = Shop(), Shop()
    shop.receive("milk", 9)
    sent = start(shop, branch, item("milk", 3))
    assert all_at_once(*[partial(receive, sent)] * 4) == {"done": 4}
    assert on_hand(branch, "milk") == 3


@pytest.mark.django_db(transaction=True)
def test_received_and_cancelled_at_once_one_of_them_happens():
    shop, branch = Shop(), Shop()
    shop.receive("milk", 9)
    sent = start(shop, branch, item("milk", 3))
    ended = all_at_once(partial(receive, sent), partial(cancel, sent))
    assert ended == {"done": 1, "TransferMovedOn": 1}
    assert on_hand(shop, "milk") + on_hand(branch, "milk") == 9


@pytest.mark.django_db(transaction=True)
def test_two_stores_that_send_each_other_the_same_goods_while_both_sell_never_wait_in_a_circle():
    shop, branch = Shop(), Shop()
    skus = [f"sku{number}" for number in range(4)]
    for sku in skus:
        shop.receive(sku, 40)
        branch.receive(sku, 40)

    def send(source: Shop, destination: Shop, order: int) -> None:
        for _again in range(3):
            receive(start(source, destination, *[item(sku, 2) for sku in skus[::order]]))

    def sell(store: Shop, buyer: UUID) -> None:
        for _again in range(3):
            store.reserve(f"order:{buyer}", dict.fromkeys(skus, 1))
            inventory.issue(holder=f"order:{buyer}", quantities=None, now=NOON, by=None)

    jobs: list[Callable[[], object]] = [
        *[partial(send, shop, branch, order) for order in (1, -1)],
        *[partial(send, branch, shop, order) for order in (1, -1)],
        *[partial(sell, store, new_id()) for store in (shop, branch)],
    ]
    assert all_at_once(*jobs) == {"done": 6}
    assert sum(on_hand(store, sku) for store in (shop, branch) for sku in skus) == 320 - 2 * 3 * 4
    assert inventory.check_stock() == []


@pytest.mark.django_db(transaction=True)
def test_goods_are_either_sent_or_promised_never_both():
    shop, branch = Shop(), Shop()
    shop.receive("milk", 5)
    ended = all_at_once(
        *[partial(start, shop, branch, item("milk", 3))] * 3,
        *[partial(shop.reserve, f"order:{n}", {"milk": 3}) for n in "123"],
    )
    assert ended["done"] == 1
    assert TransferLine.objects.count() + shop.level("milk").reserved / 3 == 1
