"""What a picker scans: the right product, of a lot that may leave, and its weight, in one question."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.inventory.contracts.receiving import Scan
from grocery.inventory.models import Barcode, Movement, Reservation
from grocery.inventory.policies import gs1, shop_codes
from grocery.inventory.public import ScanFault
from grocery.kernel.quantity import quantity
from tests.inventory.conftest import NOON, Shop, days
from tests.inventory.test_receiving import sell
from tests.inventory.test_reduced import mark_down

LAYOUT = "2?IIIIIWWWWWC"
MILK = "8936041200012"
digits = st.text("0123456789", min_size=5, max_size=5)


def code_of(body: str) -> str:
    """A whole GTIN-13 of its first twelve digits."""
    return f"{body}{gs1.check_digit(body)}"


BEEF = code_of("210012300000")  # item 00123 of prefix 21, without a weight
BEEF_480_G = code_of("210012300480")


# --- the shop's own codes ---


@given(st.sampled_from("0123456789"), digits, st.integers(1, 99_999))
def test_the_weight_is_in_the_code_and_all_packs_of_a_product_have_one_number(second: str, item: str, grams: int):
    read = shop_codes.weighed(Scan("0" + code_of(f"2{second}{item}{grams:05}")), [LAYOUT])
    assert read == Scan("0" + code_of(f"2{second}{item}00000"), weight=quantity(Decimal(grams) / 1000))


def test_without_a_weight_it_is_just_a_number():
    assert shop_codes.weighed(Scan("0" + BEEF), [LAYOUT]) == Scan("0" + BEEF)


@pytest.mark.parametrize(
    ("layout", "code", "number", "kg"),
    [
        ("21IIIIIWWWWWC", "210012300480", "210012300000", "0.48"),
        ("22IIIIIWWWWWC", "210012300480", "210012300480", None),  # of another prefix: not weighed
        ("21IIIIXWWWWWC", "210012900480", "210012000000", "0.48"),
        ("2IIIIIIWWWWWC", "290012312345", "290012300000", "12.345"),
        ("2?IIIIWWWWWWC", "210012100480", "210012000000", "100.48"),
    ],
)
def test_the_layout_is_the_shops_own(layout: str, code: str, number: str, kg: str | None):
    read = shop_codes.weighed(Scan("0" + code_of(code)), [layout])
    assert read == Scan("0" + code_of(number), weight=quantity(kg) if kg else None)


def test_of_several_layouts_the_first_that_fits_is_meant():
    read = shop_codes.weighed(Scan("0" + BEEF_480_G), ["22IIIIIWWWWWC", "21IIIIXWWWWWC", LAYOUT])
    assert read.gtin == "0" + code_of("210012000000")


@pytest.mark.parametrize(("gtin", "lot"), [(MILK, ""), ("212345678901", ""), (BEEF_480_G, "L1")])
def test_other_codes_are_left_as_they_are(gtin: str, lot: str):
    other = Scan(gtin.zfill(14), lot_code=lot)
    assert shop_codes.weighed(other, [LAYOUT]) == other


# --- in the store ---


@pytest.fixture
def store(shop: Shop) -> Shop:
    """Milk by its GTIN and beef by the shop's own, some of both for order a."""
    sell("milk", gtin=MILK)
    sell("soap", gtin="4006381333931")
    sell("beef", unit=catalog.Unit.KG)
    shop.receive("milk", 4, expires=2, lot="L1")
    shop.receive("milk", 4, expires=9, lot="L2")
    shop.receive("beef", 5, expires=3)
    shop.reserve("order:a", milk=2, beef=1)
    learn(shop, BEEF_480_G, "beef")
    return shop


def learn(shop: Shop, gtin: str, sku: str) -> None:
    one = quantity(1)
    inventory.learn_barcode(gtin=gtin, sku=sku, pack_quantity=one, location=shop.location, now=NOON, by=shop.by)


def scan(code: str, sku: str = "milk", *, on: int | None = None, holder: str = "order:a") -> inventory.ScanCheck:
    good_on = None if on is None else days(on)
    return inventory.check_scan(code=code, holder=holder, sku=sku, good_on=good_on, now=NOON)


def element(lot: str = "", expires: str = "") -> str:
    """A GS1-128 of milk."""
    return f"]C1010{MILK}" + (f"17{expires}" if expires else "") + (f"10{lot}" if lot else "")


def test_one_scan_of_the_scales_label_teaches_all_of_them(store: Shop):
    assert Barcode.objects.get(sku="beef").gtin == "0" + BEEF
    seen = scan(code_of("210012301072"), "beef")
    assert [seen.fits, seen.sku, seen.quantity] == [True, "beef", quantity("1.072")]


def test_the_catalogue_may_know_the_number_too(store: Shop):
    sell("pork", unit=catalog.Unit.KG, gtin=code_of("210045600000"))
    store.receive("pork", 2, expires=2)
    seen = scan(code_of("210045600333"), "pork")
    assert [seen.fits, seen.quantity] == [True, quantity("0.333")]


def test_goods_that_come_in_are_weighed_by_their_code_too(store: Shop):
    read = inventory.recognise(code=BEEF_480_G, location=store.location, now=NOON)
    assert read is not None
    assert [read.sku, read.quantity, read.scan.weight] == ["beef", quantity("0.48"), quantity("0.48")]


def test_the_right_product_fits(store: Shop):
    seen = scan(MILK)
    assert [seen.fits, seen.sku, seen.lot, seen.quantity] == [True, "milk", None, None]


def test_another_product_does_not_and_is_named(store: Shop):
    seen = scan("4006381333931")
    assert [seen.fault, seen.sku] == [ScanFault.OTHER_PRODUCT, "soap"]


@pytest.mark.parametrize("code", ["8934563138165", "rice", ""])
def test_a_code_that_nobody_knows_does_not_fit(store: Shop, code: str):
    assert [scan(code).fault, scan(code).sku] == [ScanFault.UNKNOWN_CODE, None]


def test_the_sku_on_a_shelf_label_will_do(store: Shop):
    assert [scan(" MILK ").fits, scan("milk").sku] == [True, "milk"]


def test_a_code_with_a_lot_says_what_is_kept_of_it(store: Shop):
    seen = scan(element(lot="L1"))
    assert seen.lot is not None
    assert [seen.fits, seen.lot.lot_code, seen.lot.held, seen.lot.free] == [True, "L1", 2, 2]
    other = scan(element(expires="261129"))
    assert other.lot is not None
    assert [other.fits, other.lot.lot_code, other.lot.held] == [True, "L2", 0]


def test_a_lot_that_the_books_do_not_have_fits_if_it_is_good(store: Shop):
    seen = scan(element(lot="L9"))
    assert [seen.fits, seen.lot, seen.lot_code] == [True, None, "L9"]
    assert scan(element(lot="L9", expires="261119")).fault is ScanFault.EXPIRED


def test_what_expires_before_the_delivery_does_not_fit(store: Shop):
    assert [scan(element(lot="L1"), on=2).fault, scan(element(lot="L1"), on=3).fault] == [None, ScanFault.EXPIRED]


def test_a_marked_down_lot_is_not_what_was_ordered(store: Shop):
    mark_down(store, 9)
    assert scan(element(lot="L2")).fault is ScanFault.OTHER_PRICE
    assert scan(element(lot="L1")).fits


def test_a_code_that_cannot_be_right_is_to_be_scanned_again(store: Shop):
    with pytest.raises(inventory.UnreadableCode):
        scan("8936041200013")


def test_who_holds_nothing_has_nothing_to_scan(store: Shop):
    with pytest.raises(inventory.NothingReserved):
        scan(MILK, holder="order:b")


def test_scanning_writes_nothing(store: Shop):
    def written() -> list[Any]:
        return [*Movement.objects.values_list(), *Reservation.objects.values_list(), *Barcode.objects.values_list()]

    before = written()
    with CaptureQueriesContext(connection) as statements:
        scan(element(lot="L1"))
    writing = ("INSERT", "UPDATE", "DELETE")
    assert [one["sql"] for one in statements if any(word in one["sql"] for word in writing)] == []
    assert written() == before
