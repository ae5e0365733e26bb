"""Receiving: scanning into a receipt, booking it once, undoing it; and what codes have been learnt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pytest

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.inventory.models import Barcode, Movement, ReceiptLine
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import quantity
from tests.inventory.conftest import NOON, Facts, Shop, days

pytestmark = pytest.mark.django_db
MILK, CASE_OF_MILK = "08936041200012", "18936041200019"


def sell(
    sku: str, *, unit: catalog.Unit = catalog.Unit.PIECE, fresh: int = 0, perishable: bool = False, gtin: str = ""
) -> None:
    """The catalogue sells this."""
    catalog.save_category(slug="food", name_en="Food", name_vi="Thực phẩm")
    draft = catalog.ProductDraft(
        sku=sku,
        name_en=sku.capitalize(),
        name_vi=sku.capitalize(),
        category="food",
        price=10_000,
        unit=unit,
        perishable=perishable,
        min_freshness_days=fresh,
        gtin=gtin,
    )
    catalog.save_product(draft=draft, now=NOON)


@dataclass
class Dock:
    """Where goods come in."""

    shop: Shop

    def open(self) -> UUID:
        receipt = new_id()
        inventory.open_receipt(
            receipt=receipt,
            location=self.shop.location,
            supplier="Dalat Milk",
            reference="DN-1",
            now=NOON,
            by=self.shop.by,
        )
        return receipt

    def scan(
        self,
        receipt: UUID,
        sku: str,
        amount: int | str,
        *,
        expires: int | None = None,
        lot: str = "",
        accept: bool = False,
        line: UUID | None = None,
    ) -> UUID:
        day = None if expires is None else days(expires)
        new = inventory.NewReceiptLine(line or new_id(), sku, quantity(amount), lot, day)
        inventory.receive_line(receipt=receipt, line=new, accept_short_dated=accept, now=NOON, by=self.shop.by)
        return new.id

    def take_off(self, receipt: UUID, line: UUID) -> None:
        inventory.remove_receipt_line(receipt=receipt, line=line, now=NOON, by=self.shop.by)

    def book(self, receipt: UUID) -> bool:
        return inventory.book_receipt(receipt=receipt, now=NOON, by=self.shop.by)

    def undo(self, receipt: UUID, reason: str = "wrong store") -> bool:
        return inventory.reverse_receipt(receipt=receipt, reason=reason, now=NOON, by=self.shop.by)

    def recognise(self, code: str) -> inventory.Recognised | None:
        return inventory.recognise(code=code, location=self.shop.location, now=NOON)

    def learn(self, gtin: str, sku: str, pack: int | str) -> None:
        inventory.learn_barcode(
            gtin=gtin, sku=sku, pack_quantity=quantity(pack), location=self.shop.location, now=NOON, by=self.shop.by
        )


@pytest.fixture
def dock(shop: Shop) -> Dock:
    sell("milk", fresh=4, perishable=True, gtin=MILK)
    sell("salt")
    sell("beef", unit=catalog.Unit.KG, fresh=1, perishable=True)
    return Dock(shop)


# --- receipts -----------------------------------------------------------------------------------------------------


def test_goods_are_in_stock_once_the_receipt_is_booked_and_not_before(dock: Dock, facts: Facts):
    receipt = dock.open()
    dock.scan(receipt, "milk", 24, expires=9, lot="L1")
    dock.scan(receipt, "beef", "12.5", expires=3, lot="B1")
    assert [inventory.stock(sku="milk", now=NOON), facts.told()] == [[], []]
    assert dock.book(receipt)
    assert [dock.shop.on_hand("milk"), dock.shop.on_hand("beef")] == [24, quantity("12.5")]
    assert facts.told() == ["StockChanged beef v1 12.5/0", "StockChanged milk v1 24/0"]


def test_movements_say_which_receipt_they_came_from(dock: Dock):
    receipt = dock.open()
    dock.scan(receipt, "salt", 5)
    dock.book(receipt)
    movement = Movement.objects.get()
    assert (movement.kind, movement.reference, movement.by) == ("received", f"receipt:{receipt}", dock.shop.by)


def test_two_scans_of_one_lot_add_up(dock: Dock):
    receipt = dock.open()
    for _ in range(2):
        dock.scan(receipt, "milk", 12, expires=9, lot="L1")
    dock.book(receipt)
    assert {lot.lot_code: lot.on_hand for lot in dock.shop.level("milk").lots} == {"L1": quantity(24)}


def test_a_line_sent_twice_is_one_line(dock: Dock):
    receipt, line = dock.open(), new_id()
    for _ in range(2):
        dock.scan(receipt, "salt", 5, line=line)
    dock.book(receipt)
    dock.scan(receipt, "salt", 5, line=line)  # and once more by a phone that came back from a cellar
    assert dock.shop.on_hand("salt") == 5


def test_a_line_taken_off_does_not_count_and_stays_to_be_read(dock: Dock):
    receipt = dock.open()
    dock.take_off(receipt, dock.scan(receipt, "salt", 500))
    dock.scan(receipt, "salt", 5)
    dock.book(receipt)
    assert dock.shop.on_hand("salt") == 5
    assert [line.removed_by for line in ReceiptLine.objects.order_by("-quantity")] == [dock.shop.by, None]


def test_a_receipt_is_booked_once(dock: Dock):
    receipt = dock.open()
    dock.scan(receipt, "salt", 5)
    assert [dock.book(receipt), dock.book(receipt), dock.shop.on_hand("salt")] == [True, False, 5]


def test_an_empty_receipt_is_not_booked(dock: Dock):
    receipt = dock.open()
    dock.take_off(receipt, dock.scan(receipt, "salt", 5))
    with pytest.raises(inventory.NothingReceived):
        dock.book(receipt)


def test_nothing_is_added_to_or_taken_off_a_booked_receipt(dock: Dock):
    receipt = dock.open()
    line = dock.scan(receipt, "salt", 5)
    dock.book(receipt)
    with pytest.raises(inventory.ReceiptClosed):
        dock.scan(receipt, "salt", 1)
    with pytest.raises(inventory.ReceiptClosed):
        dock.take_off(receipt, line)


def test_goods_that_expired_while_the_receipt_lay_open_are_named_and_nothing_is_booked(dock: Dock):
    receipt = dock.open()
    dock.scan(receipt, "milk", 2, expires=9)
    dock.scan(receipt, "beef", 1, expires=2)
    with pytest.raises(inventory.ChangesRefused) as refused:
        inventory.book_receipt(receipt=receipt, now=NOON.replace(day=24), by=dock.shop.by)
    assert [(line.sku, line.code) for line in refused.value.lines] == [("beef", "already_expired")]
    assert Movement.objects.count() == 0


@pytest.mark.parametrize(
    ("sku", "amount", "expires", "field"),
    [
        ("salt", "1.5", None, "quantity"),
        ("salt", 0, None, "quantity"),
        ("beef", "-1", 5, "quantity"),
        ("milk", 1, None, "expires_on"),
        ("milk", 1, -1, "expires_on"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    dock: Dock, sku: str, amount: int | str, expires: int | None, field: str
):
    with pytest.raises(Invalid) as refused:
        dock.scan(dock.open(), sku, amount, expires=expires)
    assert refused.value.field == field


def test_unknown_products_lines_receipts_and_stores_are_not_found(dock: Dock):
    receipt = dock.open()
    attempts = [
        lambda: dock.scan(receipt, "gold", 1),
        lambda: dock.take_off(receipt, new_id()),
        lambda: dock.book(new_id()),
        lambda: dock.take_off(dock.open(), dock.scan(receipt, "salt", 1)),  # a line of another receipt
        lambda: Dock(Shop(location=new_id())).open(),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()


# --- short-dated --------------------------------------------------------------------------------------------------


def test_goods_that_keep_less_than_we_promise_have_to_be_accepted(dock: Dock):
    receipt = dock.open()
    with pytest.raises(inventory.ShortDated) as warning:
        dock.scan(receipt, "milk", 6, expires=4)
    assert warning.value.text("en") == "4 days left, 5 needed."
    assert warning.value.text("vi") == "Còn 4 ngày, cần 5 ngày."
    dock.scan(receipt, "milk", 6, expires=4, accept=True)
    assert ReceiptLine.objects.get().short_dated


def test_goods_that_keep_long_enough_are_not_short_dated_even_when_accepted(dock: Dock):
    receipt = dock.open()
    dock.scan(receipt, "milk", 6, expires=5, accept=True)
    assert not ReceiptLine.objects.get().short_dated


def test_products_without_a_promise_are_never_short_dated(dock: Dock):
    dock.scan(dock.open(), "salt", 6, expires=0)
    assert ReceiptLine.objects.count() == 1


# --- undoing ------------------------------------------------------------------------------------------------------


def test_an_undone_booking_leaves_stock_as_it_was_and_both_ways_in_the_books(dock: Dock):
    dock.shop.receive("salt", 3)
    receipt = dock.open()
    dock.scan(receipt, "salt", 5)
    dock.scan(receipt, "milk", 6, expires=9, lot="L1")
    dock.book(receipt)
    assert [dock.undo(receipt), dock.undo(receipt)] == [True, False]
    assert [dock.shop.on_hand("salt"), dock.shop.on_hand("milk"), inventory.check_stock()] == [3, 0, []]
    assert sorted(Movement.objects.filter(kind="adjusted").values_list("quantity", "reason")) == [
        (quantity(-6), "wrong store"),
        (quantity(-5), "wrong store"),
    ]


@pytest.mark.parametrize("reason", ["", "wrong store"])
def test_goods_that_are_promised_cannot_be_undone(dock: Dock, reason: str):
    receipt = dock.open()
    dock.scan(receipt, "salt", 5)
    dock.book(receipt)
    dock.shop.reserve("cart:a", salt=1)
    with pytest.raises(inventory.ChangesRefused):
        dock.undo(receipt, reason)
    assert dock.shop.on_hand("salt") == 5


def test_undoing_never_takes_from_another_lot(dock: Dock):
    receipt = dock.open()
    dock.scan(receipt, "salt", 5)
    dock.book(receipt)
    dock.shop.change(inventory.ChangeKind.WASTE, "salt", 5)
    dock.shop.receive("salt", 9, lot="NEWER")
    with pytest.raises(inventory.ChangesRefused):
        dock.undo(receipt)
    assert dock.shop.on_hand("salt") == 9


def test_what_was_never_booked_cannot_be_undone_and_what_was_undone_not_booked_again(dock: Dock):
    receipt = dock.open()
    dock.scan(receipt, "salt", 5)
    with pytest.raises(inventory.ReceiptClosed):
        dock.undo(receipt)
    dock.book(receipt)
    dock.undo(receipt)
    with pytest.raises(inventory.ReceiptClosed):
        dock.book(receipt)


# --- codes --------------------------------------------------------------------------------------------------------


def seen(found: inventory.Recognised | None) -> tuple[str | None, object, object]:
    assert found is not None
    return found.sku, found.pack_quantity, found.quantity


def test_a_product_is_known_by_the_gtin_in_the_catalogue(dock: Dock):
    found = dock.recognise(f"01{MILK}17261130" + "10L1\x1d3724")
    assert seen(found) == ("milk", 1, 24)
    assert found is not None
    assert (found.scan.lot_code, found.scan.expires_on) == ("L1", date(2026, 11, 30))


def test_a_bare_gtin_does_not_say_how_much_there_is(dock: Dock):
    assert seen(dock.recognise("8936041200012")) == ("milk", 1, None)


def test_a_case_of_a_known_product_is_that_product_but_how_much_staff_have_to_say(dock: Dock):
    assert seen(dock.recognise(f"01{CASE_OF_MILK}3702")) == ("milk", None, None)
    dock.learn(CASE_OF_MILK, "milk", 12)
    assert seen(dock.recognise(f"01{CASE_OF_MILK}3702")) == ("milk", 12, 24)
    assert seen(dock.recognise(CASE_OF_MILK)) == ("milk", 12, 12)


def test_what_staff_have_said_goes_before_the_catalogue_until_it_is_forgotten(dock: Dock):
    dock.learn(MILK, "salt", 1)
    assert seen(dock.recognise(MILK))[0] == "salt"
    inventory.forget_barcode(gtin=MILK)
    assert seen(dock.recognise(MILK))[0] == "milk"


def test_what_is_learnt_again_replaces_what_was_known(dock: Dock):
    dock.learn(CASE_OF_MILK, "milk", 6)
    dock.learn(CASE_OF_MILK, "milk", 12)
    assert Barcode.objects.get().pack_quantity == 12


def test_a_code_that_nobody_knows_names_no_product(dock: Dock):
    assert seen(dock.recognise("8934563138165")) == (None, None, None)


def test_weight_counts_for_what_is_sold_by_weight_alone(dock: Dock):
    for gtin, sku in (("08934563138165", "beef"), ("08935049500018", "salt")):
        dock.learn(gtin, sku, 1)
    assert seen(dock.recognise("01089345631381653103002500")) == ("beef", 1, quantity("2.5"))
    assert seen(dock.recognise("01089350495000183103002500")) == ("salt", 1, None)


def test_a_sku_is_no_gs1_code(dock: Dock):
    assert dock.recognise("milk") is None


@pytest.mark.parametrize(
    ("gtin", "sku", "pack"), [("8936041200013", "milk", 1), (MILK, "gold", 1), (MILK, "milk", 0)]
)
def test_nothing_wrong_is_learnt(dock: Dock, gtin: str, sku: str, pack: int):
    with pytest.raises((Invalid, NotFound, inventory.UnreadableCode)):
        dock.learn(gtin, sku, pack)
    assert Barcode.objects.count() == 0
