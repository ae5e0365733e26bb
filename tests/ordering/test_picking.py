"""Goods go into the crate: scanned, weighed, written down at once, in walking order."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from grocery.accounts.public import Role
from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.kernel.errors import DomainError, Invalid, NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.kernel.quantity import ZERO, quantity
from grocery.ordering import models, policies
from grocery.ordering import public as ordering
from grocery.ordering.contracts.picking import Cold, ItemState, Spot
from tests.ordering.conftest import NOON
from tests.ordering.counting import statements
from tests.ordering.staff import at_work, text, worker
from tests.ordering.test_races import at_once
from tests.ordering.walks import Walker, walker
from tests.shop import Amount, Shop

MILK, EGGS, LOOSE = "08936041200012", "08936041200029", "08936041200036"
PICK = "/en/admin/ordering/order/tasks/pick/"


def sell(shop: Shop, sku: str, gtin: str) -> None:
    """Have the product in the catalogue under this code."""
    by_weight = sku == "shrimp"
    catalog.save_product(
        draft=catalog.ProductDraft(
            sku=sku,
            name_en=sku.capitalize(),
            name_vi=sku,
            category="food",
            price=10_000,
            unit=catalog.Unit.KG if by_weight else catalog.Unit.PIECE,
            step=Decimal("0.05") if by_weight else Decimal(1),
            vat_group="reduced",
            gtin=gtin,
            active=True,
        ),
        now=NOON,
    )


@pytest.fixture
def walk(shop: Shop) -> Walker:
    """Three milks, ten eggs and about 450 g of shrimp to fetch."""
    shop.stock(date(2026, 11, 30), milk=10, eggs=20)
    shop.stock(shrimp=2)
    order = shop.confirmed_order(milk=3, eggs=10, shrimp="0.45")
    for sku, gtin in {"milk": MILK, "eggs": EGGS, "shrimp": LOOSE}.items():
        sell(shop, sku, gtin)
    return walker(shop, order.id)


def order_of(walk: Walker):
    return walk.items()[0].order_id


def found(walk: Walker) -> dict[str, str]:
    return {item.sku: f"{item.found.normalize():f}" for item in walk.items() if item.found}


# --- what is to be done -----------------------------------------------------------------------------------
def test_an_item_says_which_lot_is_kept_for_it(walk: Walker):
    (lot,) = walk.item("milk").lots
    assert (lot.expires_on, lot.quantity) == (date(2026, 11, 30), quantity(3))


def test_a_wave_shows_the_lines_of_all_its_orders_product_by_product(shop: Shop):
    shop.stock(milk=10, eggs=20)
    made = [shop.confirmed_order(milk=1, eggs=1).id for _ in range(2)]
    seen = [(item.sku, item.letter) for item in walker(shop, *made).items()]
    assert seen == [("eggs", "A"), ("eggs", "B"), ("milk", "A"), ("milk", "B")]


def test_the_walk_goes_as_the_store_says(shop: Shop):
    shop.stock(milk=2, eggs=2)
    order = shop.confirmed_order(milk=1, eggs=1)
    inventory.place_goods(
        location=shop.store.id,
        places=[
            inventory.NewPlace("eggs", inventory.Zone.CHILLED, "C2", "1", 1),
            inventory.NewPlace("milk", inventory.Zone.AMBIENT, "A3", "4", 30),
        ],
        now=NOON,
        by=None,
    )
    walk = walker(shop, order.id)
    assert [item.sku for item in walk.items()] == ["milk", "eggs"]
    assert walk.item("milk").spot == Spot(Cold.AMBIENT, "A3", "4", 30)


def an_item(sku: str, spot: Spot) -> ordering.WalkItem:
    return ordering.WalkItem(
        order_id=new_id(), number="G-1", letter="A", sku=sku, name_en=sku, name_vi=sku, unit="piece", image="",
        tint="", price=dong(1), ordered=quantity(1), found=ZERO,
        least=quantity(1), most=quantity(1), state=ItemState.OPEN, spot=spot, lots=(), note="", choice="",
        replaces="", answer_by=None,
    )  # fmt: skip


def test_cold_goods_come_last_and_shelves_are_counted_not_spelled():
    spots = {
        "ice": Spot(Cold.FROZEN, "1", "1", 1),
        "yoghurt": Spot(Cold.CHILLED, "1", "1", 0),
        "rice": Spot(Cold.AMBIENT, "10", "A2", 9),
        "salt": Spot(Cold.AMBIENT, "2", "A10", 9),
        "oil": Spot(Cold.AMBIENT, "2", "A2", 9),
        "soap": Spot(Cold.AMBIENT, "9", "Z", 2),
    }
    seen = policies.walked(an_item(sku, spot) for sku, spot in spots.items())
    assert [item.sku for item in seen] == ["soap", "oil", "salt", "rice", "yoghurt", "ice"]


@pytest.mark.parametrize("number", [1, 4])
def test_a_walk_takes_as_many_statements_for_one_line_as_for_many(shop: Shop, number: int):
    goods: dict[str, Amount] = {f"sku{one}": 1 for one in range(number)}
    shop.stock(**goods)
    walk = walker(shop, shop.confirmed_order(shop.customer(), **goods).id)
    walk.items()
    with statements() as sent:
        walk.items()
    # wave, orders, lines, picks, questions about substitutes and weights, places, lots
    assert len([sql for sql in sent if '"ordering_' in sql or '"inventory_' in sql]) == 9


# --- scanning -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("code", [MILK, MILK[1:], f"01{MILK}17261130" + "10L1", "milk", "MILK"])
def test_the_right_code_is_the_right_item(walk: Walker, code: str):
    walk.take(order_of(walk), "milk", 3, code=code)
    assert (found(walk), walk.item("milk").state) == ({"milk": "3"}, "done")


def test_what_the_code_says_of_the_lot_is_kept(walk: Walker):
    walk.take(order_of(walk), "milk", 3, code=f"01{MILK}17261130" + "10L1")
    pick = models.Pick.objects.get()
    assert (pick.lot_code, pick.expires_on, pick.by_hand) == ("L1", date(2026, 11, 30), "")


@pytest.mark.parametrize("code", [EGGS, "eggs", "whatever", "08936041200098"])
def test_the_wrong_item_never_goes_into_the_crate(walk: Walker, code: str):
    with pytest.raises(DomainError) as refused:
        walk.take(order_of(walk), "milk", 1, code=code)
    assert (refused.value.code, found(walk)) == ("wrong_goods", {})


def test_the_wrong_item_is_called_by_its_name(walk: Walker):
    with pytest.raises(ordering.WrongGoods) as refused:
        walk.take(order_of(walk), "milk", 1, code=EGGS)
    assert refused.value.text("en") == "Wrong item: this is Eggs. Put it back."


def test_a_lot_that_does_not_keep_until_the_slot_is_refused(walk: Walker):
    with pytest.raises(ordering.TooShortDated):
        walk.take(order_of(walk), "milk", 1, code=f"01{MILK}17261119")
    assert found(walk) == {}


def test_without_code_and_reason_nothing_goes_in(walk: Walker):
    with pytest.raises(ordering.NotScanned):
        walk.take(order_of(walk), "milk", 1, by_hand="")


def test_what_was_not_scanned_says_why(walk: Walker):
    walk.take(order_of(walk), "milk", 1, by_hand="label damaged")
    assert models.Pick.objects.get().by_hand == "label damaged"


# --- how much -----------------------------------------------------------------------------------------------
def test_pieces_may_come_in_handfuls(walk: Walker):
    walk.take(order_of(walk), "milk", 1)
    halfway = walk.item("milk").state
    walk.take(order_of(walk), "milk", 2)
    assert (halfway, walk.item("milk").state) == ("open", "done")


def test_more_pieces_than_ordered_are_refused(walk: Walker):
    walk.take(order_of(walk), "milk", 2)
    with pytest.raises(ordering.MoreThanWanted):
        walk.take(order_of(walk), "milk", 2)
    assert found(walk) == {"milk": "2"}


@pytest.mark.parametrize("amount", ["0.5", "-1", "0"])
def test_pieces_are_whole(walk: Walker, amount: str):
    with pytest.raises(Invalid):
        walk.take(order_of(walk), "milk", amount)


def test_the_same_handful_sent_twice_is_one(walk: Walker):
    key = new_id()
    for _ in range(2):
        walk.take(order_of(walk), "milk", 1, key=key)
    assert found(walk) == {"milk": "1"}


def test_a_weight_closes_the_line_within_the_tolerance(walk: Walker):
    shrimp = walk.item("shrimp")
    walk.take(shrimp.order_id, "shrimp", shrimp.least)
    assert walk.item("shrimp").state == "done"


def test_a_weight_beyond_the_tolerance_is_refused(walk: Walker):
    shrimp = walk.item("shrimp")
    gram = quantity("0.001")
    for weight in (shrimp.least - gram, shrimp.most + gram):
        with pytest.raises(ordering.WeightOutOfTolerance):
            walk.take(shrimp.order_id, "shrimp", weight)
    assert found(walk) == {}


def test_what_is_weighed_in_two_bags_is_added_up(walk: Walker):
    order = order_of(walk)
    walk.take(order, "shrimp", "0.2", more_follows=True)
    halfway = walk.item("shrimp").state
    walk.take(order, "shrimp", "0.238")
    assert (halfway, found(walk), walk.item("shrimp").state) == ("open", {"shrimp": "0.438"}, "done")


def test_what_is_not_in_the_order_is_not_there(walk: Walker):
    with pytest.raises(NotFound):
        walk.take(order_of(walk), "rice", 1)


# --- undoing ------------------------------------------------------------------------------------------------
def test_the_last_handful_is_undone_and_stays_to_be_read(walk: Walker):
    walk.take(order_of(walk), "eggs", 10)
    walk.take(order_of(walk), "milk", 3, now=NOON + timedelta(seconds=5))
    assert ordering.undo_pick(wave_id=walk.wave, by=walk.by, now=NOON) == "milk"
    assert (found(walk), models.Pick.objects.count()) == ({"eggs": "10"}, 2)


def test_undoing_goes_back_one_by_one_until_nothing_is_left(walk: Walker):
    walk.take(order_of(walk), "eggs", 10)
    walk.take(order_of(walk), "milk", 3, now=NOON + timedelta(seconds=5))
    for _ in range(2):
        ordering.undo_pick(wave_id=walk.wave, by=walk.by, now=NOON)
    with pytest.raises(ordering.NothingToUndo):
        ordering.undo_pick(wave_id=walk.wave, by=walk.by, now=NOON)


# --- who ----------------------------------------------------------------------------------------------------
def test_nobody_else_picks_the_order(walk: Walker):
    other = Walker(walk.shop, worker(walk.shop), walk.wave)
    with pytest.raises(ordering.NotYourWave):
        other.take(order_of(walk), "milk", 1)


def test_another_store_has_no_such_order(walk: Walker):
    with pytest.raises(NotFound):
        Walker(walk.shop, worker(walk.shop, store_id=new_id()), walk.wave).take(order_of(walk), "milk", 1)


def test_nothing_is_picked_while_the_wave_rests(walk: Walker):
    order = order_of(walk)
    ordering.pause_wave(wave_id=walk.wave, by=walk.by, now=NOON)
    with pytest.raises(ordering.WavePaused):
        walk.take(order, "milk", 1)


def test_a_cancelled_order_leaves_the_walk_and_takes_nothing_more(walk: Walker):
    order = order_of(walk)
    ordering.cancel(order_id=order, by=worker(walk.shop, "manager"), now=NOON)
    with pytest.raises(ordering.WrongState):
        walk.take(order, "milk", 1)
    assert walk.items() == ()


def test_whoever_takes_over_goes_on_where_it_stopped(walk: Walker):
    walk.take(order_of(walk), "milk", 3)
    manager = worker(walk.shop, "manager")
    ordering.take_over(wave_id=walk.wave, by=manager, now=NOON)
    other = Walker(walk.shop, manager, walk.wave)
    other.take(order_of(walk), "eggs", 10)
    assert found(walk) == {"milk": "3", "eggs": "10"}


@pytest.mark.django_db(transaction=True)
def test_two_devices_at_once_put_no_more_in_than_was_ordered(walk: Walker):
    order = order_of(walk)
    results = at_once(*[lambda: walk.take(order, "milk", 2)] * 2)
    assert (found(walk), results.count("more_than_wanted")) == ({"milk": "2"}, 1)


@pytest.mark.django_db(transaction=True)
def test_picking_and_giving_back_at_once_never_wait_in_a_circle(walk: Walker):
    order = order_of(walk)
    results = at_once(
        lambda: walk.take(order, "milk", 1),
        lambda: ordering.give_back(wave_id=walk.wave, by=walk.by, now=NOON),
    )
    assert results[0] in {None, "not_your_wave", "not_found"}


# --- the page -----------------------------------------------------------------------------------------------
def at_page(shop: Shop, language: str = "en"):
    client = at_work(shop.store.id, Role.PICKER, language=language)
    client.post("/en/admin/ordering/order/tasks/picking/take/")
    return client


@pytest.fixture
def ready(shop: Shop):
    shop.stock(date(2026, 11, 30), milk=10, shrimp=2)
    order = shop.confirmed_order(milk=3, shrimp="0.45")
    sell(shop, "milk", MILK)
    return order


def put(client, order, sku: str, **answers: str):
    return client.post(f"{PICK}{order.id}/{sku}/put/", {"key": str(new_id()), **answers}, follow=True)


def test_the_page_says_where_what_and_which_lot(shop: Shop, ready):
    page = text(at_page(shop).get(PICK))
    assert [said for said in ("Dry", "30/11", "Milk", "Item 1 of 2", "3 ×") if said not in page] == []


def test_a_scan_then_done_leads_to_the_next_item(shop: Shop, ready):
    client = at_page(shop)
    scanned = text(client.get(PICK, {"order": ready.id, "sku": "milk", "code": MILK}))
    after = text(put(client, ready, "milk", code=MILK, quantity="3"))
    assert ("Right item" in scanned, "about 450" in after, "Item 2 of 2" in after) == (True, True, True)


def test_the_wrong_scan_is_said_aloud_and_offers_no_code_to_send(shop: Shop, ready):
    page = text(at_page(shop).get(PICK, {"order": ready.id, "sku": "milk", "code": "eggs"}))
    assert ("Wrong item: this is eggs." in page, 'name="code" value=""' in page) == (True, True)


def test_a_weight_is_typed_in_grams(shop: Shop, ready):
    client = at_page(shop)
    put(client, ready, "shrimp", by_hand="no label", quantity="438")
    assert models.Pick.objects.get().quantity == Decimal("0.438")


def test_what_is_refused_is_said_and_the_item_stays(shop: Shop, ready):
    page = text(put(at_page(shop), ready, "milk", quantity="3"))
    assert ("Scan the item, or say why" in page, models.Pick.objects.count()) == (True, 0)


def test_undo_brings_the_item_back(shop: Shop, ready):
    client = at_page(shop)
    put(client, ready, "milk", code="milk", quantity="3")
    (wave,) = ordering.waves(store_id=shop.store.id)
    assert "Item 1 of 2" in text(client.post(f"{PICK}{wave.id}/undo/", follow=True))


def test_the_page_reads_vietnamese(shop: Shop, ready):
    client = at_page(shop, "vi")
    page = text(client.get("/admin/ordering/order/tasks/pick/"))
    assert [said for said in ("Món 1 trên 2", "Lấy lô HSD", "Xong, món tiếp") if said not in page] == []


def test_without_a_wave_one_comes_to_the_queue(shop: Shop):
    answer = at_work(shop.store.id, Role.PICKER).get(PICK)
    assert answer["Location"].endswith("/tasks/picking/")


def test_another_stores_order_is_not_put_in(shop: Shop, ready):
    elsewhere = catalog.save_store(code="cho-lon", name_en="Chợ Lớn", name_vi="Chợ Lớn")
    client = at_work(elsewhere.id, Role.PICKER)
    assert client.post(f"{PICK}{ready.id}/milk/put/", {"key": str(new_id()), "quantity": "1"}).status_code == 404
