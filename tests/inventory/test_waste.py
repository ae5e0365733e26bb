"""Waste: off the shelf with a reason and a photo, never what is promised, taken back on the same day."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PIL import ExifTags, Image

from grocery.inventory import public as inventory
from grocery.inventory.models import Lot, Movement, Wastage
from grocery.kernel import clock
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.pictures import LARGEST_FILE
from grocery.kernel.quantity import quantity
from tests.inventory.conftest import NOON, Facts, Shop, days

pytestmark = pytest.mark.django_db


def lot_of(sku: str, expires: int | None = None) -> UUID:
    return Lot.objects.get(stock_item__sku=sku, expires_on=None if expires is None else days(expires)).id


def line(lot: UUID, amount: int | str | None = None, **said: Any) -> inventory.NewWastage:
    whole: dict[str, Any] = {"id": new_id(), "reason": inventory.WasteReason.SPOILED, **said}
    return inventory.NewWastage(lot_id=lot, quantity=None if amount is None else quantity(amount), **whole)


def waste(shop: Shop, *lines: inventory.NewWastage) -> int:
    return inventory.waste(location=shop.location, lines=lines, now=NOON, by=shop.by)


def undo(shop: Shop, wastage: UUID, *, later: timedelta = timedelta(0)) -> bool:
    return inventory.undo_waste(wastage=wastage, reason="was fine", now=NOON + later, by=shop.by)


def test_wasted_goods_are_off_the_shelf_with_their_reason(shop: Shop, facts: Facts):
    shop.receive("milk", 10, expires=3)
    facts.forget()
    waste(shop, line(lot_of("milk", 3), 4, reason=inventory.WasteReason.DAMAGED, note="crate fell"))
    assert [shop.on_hand("milk"), facts.told()] == [6, ["StockChanged milk v2 6/0"]]
    movement = Movement.objects.get(kind="wasted")
    assert (movement.reason, movement.reference) == ("damaged: crate fell", Wastage.objects.get().reference)


def test_the_lot_that_was_named_is_wasted_and_no_other(shop: Shop):
    shop.receive("salt", 5)
    shop.receive("salt", 5, expires=3)
    waste(shop, line(lot_of("salt"), 5))
    assert {lot.expires_on: lot.on_hand for lot in shop.level("salt").lots} == {days(3): quantity(5)}


def test_without_a_quantity_all_that_is_free_goes(shop: Shop):
    shop.receive("milk", 10, expires=3)
    shop.receive("beef", 2, expires=1)
    shop.receive("rice", 7)
    shop.reserve("cart:a", milk=4, rice=7)
    assert waste(shop, line(lot_of("milk", 3)), line(lot_of("beef", 1)), line(lot_of("rice"))) == 2
    assert [shop.on_hand(sku) for sku in ("milk", "beef", "rice")] == [4, 0, 7]


def test_where_nothing_is_free_nothing_is_wasted(shop: Shop):
    shop.receive("milk", 4, expires=3)
    shop.reserve("cart:a", milk=4)
    with pytest.raises(inventory.NothingFree):
        waste(shop, line(lot_of("milk", 3)))


def test_what_is_promised_is_not_wasted_and_the_other_lines_are_not_either(shop: Shop):
    shop.receive("milk", 4, expires=3)
    shop.receive("salt", 4)
    shop.reserve("cart:a", milk=3)
    with pytest.raises(inventory.ChangesRefused) as refused:
        waste(shop, line(lot_of("salt"), 1), line(lot_of("milk", 3), 2))
    assert [(wrong.sku, wrong.code) for wrong in refused.value.lines] == [("milk", "reserved")]
    assert [shop.on_hand("salt"), Wastage.objects.count()] == [4, 0]


def test_the_same_waste_sent_twice_is_done_once(shop: Shop):
    shop.receive("salt", 9)
    once = line(lot_of("salt"), 4)
    assert [waste(shop, once), waste(shop, once), shop.on_hand("salt")] == [1, 0, 5]


@pytest.mark.parametrize(
    ("said", "field"), [({"reason": inventory.WasteReason.OTHER}, "note"), ({"amount": 0}, "quantity")]
)
def test_what_is_missing_is_asked_for(shop: Shop, said: dict[str, Any], field: str):
    shop.receive("salt", 9)
    with pytest.raises(Invalid) as refused:
        waste(shop, line(lot_of("salt"), **({"amount": 1} | said)))
    assert refused.value.field == field


def test_another_stores_lot_is_not_there(shop: Shop):
    Shop().receive("salt", 9)
    with pytest.raises(NotFound):
        waste(shop, line(lot_of("salt"), 1))


def test_waste_is_undone_by_a_movement_the_other_way(shop: Shop):
    shop.receive("milk", 10, expires=3)
    wasted = line(lot_of("milk", 3), 4)
    waste(shop, wasted)
    assert [undo(shop, wasted.id), undo(shop, wasted.id)] == [True, False]
    assert [shop.on_hand("milk"), inventory.check_stock()] == [10, []]
    assert list(Movement.objects.order_by("id").values_list("kind", "reason"))[1:] == [
        ("wasted", "spoiled"),
        ("adjusted", "was fine"),
    ]


def test_waste_is_undone_on_the_same_day_only(shop: Shop):
    shop.receive("milk", 10, expires=3)
    wasted = line(lot_of("milk", 3), 4)
    waste(shop, wasted)
    with pytest.raises(inventory.WasteIsPast):
        undo(shop, wasted.id, later=timedelta(hours=12))  # twelve hours after noon another day begins
    assert undo(shop, wasted.id, later=timedelta(hours=11, minutes=59))


# --- photos -------------------------------------------------------------------------------------------------------


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def picture(form: str = "JPEG", size: tuple[int, int] = (400, 300), **options: Any) -> io.BytesIO:
    drawn = io.BytesIO()
    Image.new("RGB", size, "tomato").save(drawn, form, **options)
    drawn.seek(0)
    return drawn


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_photos_of_phones_are_kept_as_jpeg(media: Path, form: str):
    name = inventory.keep_photo(photo=picture(form))
    with Image.open(media / name) as kept:
        assert (kept.format, kept.size) == ("JPEG", (400, 300))


def test_where_a_photo_was_taken_is_not_kept_and_it_stands_upright(media: Path):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Make] = "Secret Phone"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (10.0, 46.0, 37.0)
    taken = picture(exif=exif, comment=b"at home")
    assert b"Secret Phone" in taken.getvalue()
    name = inventory.keep_photo(photo=taken)
    with Image.open(media / name) as kept:
        assert (kept.size, dict(kept.getexif()), kept.info.get("comment")) == ((300, 400), {}, None)
    assert b"Secret" not in (media / name).read_bytes()


def test_large_photos_are_made_small(media: Path):
    with Image.open(media / inventory.keep_photo(photo=picture(size=(4000, 3000)))) as kept:
        assert kept.size == (1600, 1200)


def svg() -> io.BytesIO:
    return io.BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")


def cut_short() -> io.BytesIO:
    return io.BytesIO(picture(size=(900, 900)).getvalue()[:1500])


def too_large() -> io.BytesIO:
    return io.BytesIO(picture().getvalue() + b"\0" * LARGEST_FILE)


def bomb() -> io.BytesIO:
    return picture("PNG", size=(10_000, 6_001))


def nothing() -> io.BytesIO:
    return io.BytesIO()


@pytest.mark.parametrize("wrong", [svg, cut_short, too_large, bomb, nothing, lambda: picture("GIF")])
def test_what_is_no_photo_is_refused_by_its_content_and_nothing_is_kept(media: Path, wrong: Callable[[], io.BytesIO]):
    with pytest.raises(inventory.NotAPhoto):
        inventory.keep_photo(photo=wrong())
    assert list(media.rglob("*.*")) == []


def test_a_photo_is_found_again_by_its_waste(shop: Shop, media: Path):
    shop.receive("salt", 9)
    wasted = line(lot_of("salt"), 1, photo=inventory.keep_photo(photo=picture()))
    without = line(lot_of("salt"), 1)
    waste(shop, wasted, without)
    with inventory.waste_photo(wastage=wasted.id) as photo:
        assert photo.read(3) == b"\xff\xd8\xff"
    inventory.drop_photo(photo=wasted.photo)
    for missing in (wasted.id, without.id, new_id()):
        with pytest.raises(NotFound):
            inventory.waste_photo(wastage=missing)


def test_a_photo_that_shows_no_waste_is_forgotten_after_a_day(shop: Shop, media: Path):
    shop.receive("salt", 9)
    wasted = line(lot_of("salt"), 1, photo=inventory.keep_photo(photo=picture()))
    waste(shop, wasted)
    orphan = inventory.keep_photo(photo=picture())
    (media / "waste" / "README").write_text("not ours")
    taken, soon = clock.now(), timedelta(hours=23)
    assert [inventory.sweep_photos(now=taken + soon), (media / orphan).exists()] == [0, True]
    assert [inventory.sweep_photos(now=taken + 2 * soon), (media / orphan).exists()] == [1, False]
    assert [(media / wasted.photo).exists(), (media / "waste" / "README").exists()] == [True, True]


def test_where_nobody_has_taken_a_photo_nothing_is_swept(media: Path):
    assert inventory.sweep_photos(now=NOON) == 0
