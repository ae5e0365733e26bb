"""What was really packed leaves: weighed, fewer, from another lot; never what is promised to others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grocery.inventory import public as inventory
from grocery.inventory.models import Lot, Movement
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import quantity
from tests.inventory.conftest import NOON, Shop, days
from tests.inventory.crowds import all_at_once
from tests.inventory.test_reduced import in_words, mark_down, reserve


def lot_of(shop: Shop, sku: str, expires: int) -> UUID:
    lots = Lot.objects.filter(stock_item__location=shop.location, stock_item__sku=sku)
    return lots.get(expires_on=days(expires)).id


def pack(
    shop: Shop,
    holder: str = "order:a",
    *,
    lots: Mapping[int, int | str] | None = None,
    on: int | None = None,
    sku: str = "beef",
    **quantities: int | str,
) -> dict[str, Decimal]:
    """What left, as "+days" or "+days −40"; `lots`: so much of the SKU's lot that expires in so many days."""
    left = inventory.issue(
        holder=holder,
        quantities={sku: quantity(amount) for sku, amount in quantities.items()},
        lots={lot_of(shop, sku, day): quantity(amount) for day, amount in (lots or {}).items()},
        good_on=None if on is None else days(on),
        now=NOON,
        by=shop.by,
    )
    return in_words(left)


@pytest.fixture
def butcher(shop: Shop) -> Shop:
    """Two kilos for tomorrow, of which one is order a's; three that keep for five days; half a kilo is order b's."""
    shop.receive("beef", 2, expires=1)
    shop.receive("beef", 3, expires=5)
    shop.reserve("order:a", beef=1)
    shop.reserve("order:b", beef="0.5")
    return shop


# --- by weight ---


def test_what_weighs_more_than_was_ordered_leaves_as_it_was_weighed(butcher: Shop):
    assert pack(butcher, beef="1.072") == {"+1": Decimal("1.072")}
    assert [butcher.on_hand("beef"), butcher.level("beef").reserved] == [Decimal("3.928"), Decimal("0.5")]


def test_what_weighs_less_leaves_the_rest_to_others(butcher: Shop):
    assert pack(butcher, beef="0.94") == {"+1": Decimal("0.94")}
    assert butcher.available("beef") == Decimal("3.56")


def test_more_comes_from_the_same_lot_though_another_expires_first(shop: Shop):
    shop.receive("beef", 2, expires=5)
    shop.reserve("order:a", beef=1)
    shop.receive("beef", 2, expires=1)
    assert pack(shop, beef="1.05") == {"+5": Decimal("1.05")}


def test_when_the_lot_has_no_more_the_first_to_expire_of_the_others_gives(butcher: Shop):
    butcher.receive("beef", 1, expires=3)
    assert pack(butcher, beef="1.7") == {"+1": Decimal("1.5"), "+3": Decimal("0.2")}


def test_what_is_promised_to_others_never_leaves(butcher: Shop):
    with pytest.raises(inventory.OutOfStock) as refused:
        pack(butcher, beef="4.6")
    assert refused.value.shortages == {"beef": Decimal("0.1")}
    assert [butcher.on_hand("beef"), butcher.level("beef").reserved] == [5, Decimal("1.5")]


def test_what_expires_before_it_is_delivered_does_not_come_on_top(butcher: Shop):
    assert pack(butcher, beef="1.2", on=2) == {"+5": Decimal("1.2")}


def test_near_expiry_goods_by_weight_stay_in_their_pool(shop: Shop):
    shop.receive("beef", 1, expires=1)
    shop.receive("beef", 1, expires=2)
    shop.receive("beef", 9, expires=5)
    mark_down(shop, 1, sku="beef")
    mark_down(shop, 2, sku="beef")
    reserve(shop, "order:a", 1, sku="beef", p40=1)
    assert pack(shop, beef="1.04") == {"+1 −40": 1, "+2 −40": Decimal("0.04")}


def test_fresh_goods_by_weight_are_not_made_up_with_near_expiry_ones(shop: Shop):
    shop.receive("beef", 1, expires=5)
    shop.receive("beef", 9, expires=1)
    mark_down(shop, 1, sku="beef")
    shop.reserve("order:a", beef=1)
    with pytest.raises(inventory.OutOfStock) as refused:
        pack(shop, beef="1.04")
    assert refused.value.shortages == {"beef": Decimal("0.04")}


def test_of_a_lot_marked_down_since_the_order_the_scales_decide_at_the_price_of_the_order(shop: Shop):
    shop.receive("beef", 2, expires=1)
    shop.reserve("order:a", beef=1)
    mark_down(shop, 1, sku="beef")
    assert pack(shop, beef="1.04") == {"+1": Decimal("1.04")}


# --- fewer ---


def test_fewer_pieces_than_ordered_leave_the_rest_on_the_shelf(shop: Shop):
    shop.receive("milk", 6, expires=3)
    shop.receive("rice", 2)
    shop.reserve("order:a", milk=5, rice=1)
    assert pack(shop, milk=2) == {"+3": 2}
    assert [shop.available("milk"), shop.available("rice")] == [4, 2]


def test_when_nothing_at_all_was_found_all_is_free_again(shop: Shop):
    shop.receive("milk", 6, expires=3)
    shop.reserve("order:a", milk=5)
    assert pack(shop) == {}
    assert shop.available("milk") == 6
    with pytest.raises(inventory.NothingReserved):
        pack(shop)


# --- from another lot ---


def test_the_picker_says_which_lots_it_was(butcher: Shop):
    assert pack(butcher, lots={5: "0.6", 1: "0.4"}) == {"+1": Decimal("0.4"), "+5": Decimal("0.6")}
    assert {lot.expires_on: Decimal(lot.reserved) for lot in butcher.level("beef").lots} == {
        days(1): Decimal("0.5"),
        days(5): 0,
    }


def test_what_is_named_adds_up_to_what_left(butcher: Shop):
    assert pack(butcher, beef=1, lots={5: 1}) == {"+5": 1}


def test_or_it_is_refused(butcher: Shop):
    with pytest.raises(Invalid):
        pack(butcher, beef=1, lots={5: "0.9"})
    assert butcher.level("beef").reserved == Decimal("1.5")


def test_other_skus_leave_as_they_are_reserved(butcher: Shop):
    butcher.receive("milk", 3, expires=2)
    butcher.reserve("order:a", beef=1, milk=2)
    lots = {lot_of(butcher, "beef", 5): quantity(1)}
    left = inventory.issue(holder="order:a", quantities=None, lots=lots, now=NOON, by=butcher.by)
    assert {part.sku: [part.expires_on, part.quantity] for part in left} == {
        "beef": [days(5), 1],
        "milk": [days(2), 2],
    }


def test_of_a_named_lot_nothing_leaves_that_others_have(shop: Shop):
    shop.receive("beef", 2, expires=1)
    shop.receive("beef", 2, expires=5)
    shop.reserve("order:a", beef=1)
    shop.reserve("order:b", beef=1)
    with pytest.raises(inventory.OutOfStock) as refused:
        pack(shop, lots={1: 2})
    assert refused.value.shortages == {"beef": 1}


@pytest.mark.parametrize("expired", [True, False])
def test_a_lot_that_is_past_its_day_or_has_another_price_is_refused_by_name(butcher: Shop, expired: bool):
    if not expired:
        mark_down(butcher, 5, sku="beef")
    with pytest.raises(inventory.LotUnfit) as refused:
        pack(butcher, lots={1 if expired else 5: 1}, on=2 if expired else None)
    assert refused.value.why == (inventory.Unfit.EXPIRED if expired else inventory.Unfit.OTHER_PRICE)
    assert butcher.level("beef").reserved == Decimal("1.5")


def test_an_emptied_lot_is_not_there(butcher: Shop):
    butcher.receive("beef", 1, expires=3)
    lot = lot_of(butcher, "beef", 3)
    butcher.change(inventory.ChangeKind.WASTE, "beef", 1, expires=3)
    with pytest.raises(inventory.OutOfStock) as refused:
        inventory.issue(holder="order:a", quantities=None, lots={lot: quantity(1)}, now=NOON, by=None)
    assert refused.value.shortages == {"beef": 1}


def test_nothing_leaves_of_another_stores_lot_of_no_lot_or_of_none(butcher: Shop):
    branch = Shop()
    branch.receive("beef", 1, expires=1)
    for lot in (lot_of(branch, "beef", 1), new_id()):
        with pytest.raises(NotFound):
            inventory.issue(holder="order:a", quantities=None, lots={lot: quantity(1)}, now=NOON, by=None)
    with pytest.raises(Invalid):
        pack(butcher, lots={1: 0})


# --- what expired while it was held ---


@pytest.fixture
def late(shop: Shop) -> Shop:
    """Order a holds three bottles that will have expired tomorrow; two fresh ones are free."""
    shop.receive("milk", 3, expires=0)
    shop.reserve("order:a", milk=3)
    shop.receive("milk", 2, expires=9)
    return shop


TOMORROW = NOON + timedelta(days=1)


def test_what_expired_while_it_was_held_needs_another_lot_or_is_left_out(late: Shop):
    with pytest.raises(inventory.OutOfStock) as refused:
        inventory.issue(holder="order:a", quantities=None, now=TOMORROW, by=None)
    assert refused.value.shortages == {"milk": 1}
    left = inventory.issue(holder="order:a", quantities={"milk": quantity(2)}, now=TOMORROW, by=None)
    assert in_words(left) == {"+9": 2}
    assert late.level("milk").reserved == 0


def test_a_picker_is_shown_what_there_is_to_choose_from(late: Shop):
    late.receive("milk", 4, expires=2)
    mark_down(late, 2)
    found = inventory.pickable(holder="order:a", skus=["milk", "soy"], now=TOMORROW)
    assert [[lot.expires_on, lot.held, lot.free, lot.percent, lot.unfit] for lot in found["milk"]] == [
        [days(0), 3, 0, None, inventory.Unfit.EXPIRED],
        [days(2), 0, 4, 40, inventory.Unfit.OTHER_PRICE],
        [days(9), 0, 2, None, None],
    ]
    assert found["soy"] == ()


def test_who_holds_nothing_is_shown_nothing(shop: Shop):
    with pytest.raises(inventory.NothingReserved):
        inventory.pickable(holder="order:a", skus=["milk"], now=NOON)


# --- a wave ---


def test_what_a_wave_holds_is_one_statement(shop: Shop):
    shop.receive("milk", 3, expires=2)
    shop.receive("milk", 30, expires=4)
    shop.receive("rice", 30)
    for number in range(5):
        shop.reserve(f"order:{number}", milk=2, rice=1)
    with CaptureQueriesContext(connection) as statements:
        found = inventory.holdings(holders=[f"order:{number}" for number in range(9)])
    assert len(statements) == 1
    assert sorted(found) == [f"order:{number}" for number in range(5)]
    assert [[part.sku, part.expires_on, part.quantity] for part in found["order:1"]] == [
        ["milk", days(2), 1],
        ["milk", days(4), 1],
        ["rice", None, 1],
    ]


def test_named_lots_cost_one_statement_more_whatever_the_order(shop: Shop):
    def statements(number: int, *, named: bool) -> int:
        skus = [f"sku{line}" for line in range(number)]
        for sku in skus:
            shop.receive(sku, 9, expires=2)
        shop.reserve("order:a", dict.fromkeys(skus, 1))
        lots = {lot_of(shop, sku, 2): quantity(1) for sku in skus} if named else {}
        with CaptureQueriesContext(connection) as done:
            inventory.issue(holder="order:a", quantities=None, lots=lots, now=NOON, by=None)
        return len(done)

    statements(1, named=True)
    assert statements(30, named=True) == statements(1, named=True) == statements(2, named=False) + 1


# --- at once ---


@pytest.mark.django_db(transaction=True)
def test_pickers_who_take_more_than_was_ordered_at_once_never_take_more_than_there_is():
    shop = Shop()
    shop.receive("beef", 10, expires=2)
    for number in range(8):
        shop.reserve(f"order:{number}", beef=1)
    packing = [partial(pack, shop, f"order:{number}", beef="1.5") for number in range(8)]
    assert all_at_once(*packing) == {"done": 4, "OutOfStock": 4}
    level = shop.level("beef")
    assert [level.on_hand, level.reserved] == [4, 4]
    assert Movement.objects.filter(kind="sold").count() == 4
    assert inventory.check_stock() == []
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_two_who_pack_one_order_at_once_pack_it_once():
    shop = Shop()
    shop.receive("beef", 10, expires=2)
    shop.reserve("order:a", beef=1)
    ended = all_at_once(*[partial(pack, shop, lots={2: 1}) for _again in range(4)])
    assert ended == {"done": 1, "NothingReserved": 3}
    assert shop.on_hand("beef") == 9
    connection.close()
