"""Pictures of products: asked for, drawn, shown, forgotten."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from grocery.catalog import public as catalog
from grocery.catalog.contracts.pictures import NothingFetched
from grocery.catalog.gateways import fetching
from grocery.catalog.models import Picture, Product
from grocery.kernel import clock
from grocery.kernel.errors import NotFound
from grocery.kernel.pictures import NotAPicture
from tests.catalog.conftest import NOON, Shop

SIZE = (400, 300)


@pytest.fixture
def files(tmp_path: Path, settings: Any) -> Path:
    """Where files are kept: `public` and `private`."""
    backend = "django.core.files.storage.FileSystemStorage"
    places = {
        "default": {"BACKEND": backend, "OPTIONS": {"location": tmp_path / "private"}},
        "pictures": {"BACKEND": backend, "OPTIONS": {"location": tmp_path / "public"}},
    }
    settings.STORAGES = settings.STORAGES | places
    return tmp_path


@pytest.fixture
def tomato(shop: Shop) -> str:
    return shop.product("tomato", "Cà chua", name_en="Tomatoes", image="food/tomato.svg")


def jpeg(colour: str = "red", size: tuple[int, int] = SIZE) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "JPEG")
    return file.getvalue()


def add(sku: str, content: bytes = b"", **values: Any) -> Any:
    new = catalog.NewPicture(sku=sku, content=content, **values)
    return catalog.add_picture(new=new, now=NOON)


def drawn(sku: str, *contents: bytes) -> list[Any]:
    """Pictures that are there, in this order."""
    ids = [add(sku, content, position=place) for place, content in enumerate(contents)]
    catalog.draw_pictures(now=NOON)
    return ids


def kept(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def photo_of(shop: Shop, sku: str) -> catalog.Photo | None:
    [card] = [card for card in shop.page().cards if card.sku == sku]
    return catalog.Photo.of(card.image)


# --- drawn ------------------------------------------------------------------------------------------------------


def test_a_picture_is_drawn_in_each_width_that_is_not_wider_than_it_and_kept_as_it_came(files: Path, tomato: str):
    drawn(tomato, jpeg())
    key = Picture.objects.get().key
    names = {f"{key}/{width}.{kind}" for width in (96, 192, 320, 400) for kind in ("avif", "webp")}
    assert kept(files / "public") == names
    assert (files / "private/pictures" / key).read_bytes() == jpeg()
    for name in names:
        with Image.open(files / "public" / name) as picture:
            width = int(Path(name).stem)
            assert (picture.size, picture.format) == ((width, width * 3 // 4), Path(name).suffix[1:].upper())


def test_until_it_is_drawn_the_drawn_picture_is_shown(files: Path, shop: Shop, tomato: str):
    add(tomato, jpeg())
    assert photo_of(shop, tomato) is None
    catalog.draw_pictures(now=NOON)
    assert photo_of(shop, tomato) == catalog.Photo(key=Picture.objects.get().key, width=400, height=300)
    assert catalog.products_on_sale(skus=[catalog.Sku(tomato)])[catalog.Sku(tomato)].drawn == "food/tomato.svg"


def test_it_is_drawn_once(files: Path, tomato: str):
    add(tomato, jpeg())
    assert [catalog.draw_pictures(now=NOON) for _ in range(2)] == [1, 0]


def test_the_same_picture_is_not_shown_twice(files: Path, shop: Shop, tomato: str):
    drawn(tomato, jpeg(), jpeg())
    assert len(catalog.product(sku=catalog.Sku(tomato), store_id=shop.store.id).pictures) == 1


def test_the_first_in_order_is_the_photo(files: Path, shop: Shop, tomato: str):
    first, second = drawn(tomato, jpeg("red"), jpeg("green"))
    key = Picture.objects.get(pk=second).key
    catalog.change_picture(change=catalog.PictureChange(id=first, alt_en="Red", alt_vi="Đỏ", position=9))
    assert getattr(photo_of(shop, tomato), "key", None) == key
    pictures = catalog.product(sku=catalog.Sku(tomato), store_id=shop.store.id).pictures
    assert [picture.alt("vi") for picture in pictures] == ["", "Đỏ"]


def test_without_a_picture_the_drawn_one_is_back(files: Path, shop: Shop, tomato: str):
    [only] = drawn(tomato, jpeg())
    catalog.remove_picture(picture=only, now=NOON)
    assert photo_of(shop, tomato) is None
    with pytest.raises(NotFound):
        catalog.remove_picture(picture=only, now=NOON)


def test_a_product_that_is_saved_or_imported_keeps_its_photo(files: Path, shop: Shop, tomato: str):
    drawn(tomato, jpeg())
    shop.product(tomato, "Cà chua bi", image="food/other.svg")
    assert photo_of(shop, tomato) is not None


def test_what_is_no_picture_is_refused_at_once(files: Path, tomato: str):
    with pytest.raises(NotAPicture):
        add(tomato, b"GIF89a, but no more")
    assert Picture.objects.count() == 0


def test_what_turns_out_to_be_broken_is_left_to_staff_with_the_reason(files: Path, tomato: str):
    add(tomato, jpeg(size=(900, 900))[:2_000])
    assert [catalog.draw_pictures(now=NOON) for _ in range(2)] == [1, 0]
    assert (Picture.objects.get().fault_en, kept(files)) == (str(NotAPicture()), set())


def test_a_product_has_so_many_pictures_and_no_more(files: Path, tomato: str):
    for place in range(catalog.MOST_PICTURES):
        add(tomato, jpeg(), position=place)
    with pytest.raises(catalog.TooManyPictures):
        add(tomato, jpeg())
    with pytest.raises(NotFound):
        add("nothing", jpeg())


# --- fetched ----------------------------------------------------------------------------------------------------


def test_a_picture_is_taken_from_an_address(files: Path, shop: Shop, tomato: str, monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []

    def web(url: str, *, most: int) -> bytes:
        assert not connection.in_atomic_block or len(connection.savepoint_ids) == 0
        asked.append(url)
        return jpeg()

    monkeypatch.setattr(fetching, "fetch", web)
    add(tomato, source="https://example.com/tomato.jpg")
    catalog.draw_pictures(now=NOON)
    assert (asked, photo_of(shop, tomato) is not None) == (["https://example.com/tomato.jpg"], True)


def test_an_address_that_does_not_answer_is_asked_five_times_in_all(
    files: Path, tomato: str, monkeypatch: pytest.MonkeyPatch
):
    def away(url: str, *, most: int) -> bytes:
        raise NothingFetched("HTTP 503")

    monkeypatch.setattr(fetching, "fetch", away)
    add(tomato, source="https://example.com/tomato.jpg")
    assert [catalog.draw_pictures(now=NOON + timedelta(hours=hour)) for hour in range(7)] == [1] * 5 + [0] * 2
    assert Picture.objects.get().fault_vi == "Không tải được ảnh từ địa chỉ này: HTTP 503."


def test_an_address_of_our_own_is_left_to_staff_at_once(files: Path, tomato: str):
    add(tomato, source="http://127.0.0.1/tomato.jpg")
    assert [catalog.draw_pictures(now=NOON + timedelta(hours=hour)) for hour in range(2)] == [1, 0]
    assert Picture.objects.get().fault_en == "Pictures are taken from public http and https addresses only."


# --- swept ------------------------------------------------------------------------------------------------------


def old(folder: Path) -> None:
    for path in folder.rglob("*"):
        os.utime(path, (0, 0))


def test_files_that_no_picture_needs_are_forgotten_after_a_day(files: Path, tomato: str):
    drawn(tomato, jpeg("red"), jpeg("green"))
    Picture.objects.first().delete()  # type: ignore[union-attr]  # there are two
    now = NOON.replace(year=2020)
    assert catalog.sweep_pictures(now=now) == 0
    old(files)
    assert (catalog.sweep_pictures(now=NOON), catalog.sweep_pictures(now=NOON)) == (1, 0)
    assert {name.partition("/")[0] for name in kept(files / "public")} == {Picture.objects.get().key}
    assert kept(files / "private") == {f"pictures/{Picture.objects.get().key}"}


def test_what_was_removed_stays_for_the_orders_of_its_time(files: Path, tomato: str):
    [only] = drawn(tomato, jpeg())
    catalog.remove_picture(picture=only, now=NOON)
    old(files)
    assert catalog.sweep_pictures(now=NOON + timedelta(days=399)) == 0
    assert (catalog.sweep_pictures(now=NOON + timedelta(days=401)), kept(files)) == (1, set())


# --- shown ------------------------------------------------------------------------------------------------------


def test_a_list_tells_of_the_photo_beside_the_drawn_picture_and_costs_no_more(
    client: Client, files: Path, shop: Shop, tomato: str
):
    shop.product("leek")
    drawn(tomato, jpeg())
    key = Picture.objects.get().key
    with CaptureQueriesContext(connection) as captured:
        body = client.get("/api/v1/products?sort=name&lang=en").json()
    by_sku = {product["sku"]: product for product in body["products"]}
    assert (by_sku["leek"]["photo"], by_sku["tomato"]["image"]) == (None, "food/tomato.svg")
    assert by_sku["tomato"]["photo"] == {
        "url": f"/pictures/{key}/{{width}}.{{format}}",
        "widths": [96, 192, 320, 400],
        "formats": ["avif", "webp"],
        "width": 400,
        "height": 300,
    }
    assert len([one for one in captured if "catalog_picture" in one["sql"]]) == 0


def test_a_product_tells_of_all_its_pictures_in_one_statement(client: Client, files: Path, shop: Shop, tomato: str):
    first, _second = drawn(tomato, jpeg("red"), jpeg("green"))
    catalog.change_picture(change=catalog.PictureChange(id=first, alt_en="Red", alt_vi="Đỏ", position=0))
    catalog.stores()
    with CaptureQueriesContext(connection) as captured:
        body = client.get("/api/v1/products/tomato?lang=vi").json()
    assert [(one["alt"], one["alts"]["en"]) for one in body["images"]] == [("Đỏ", "Red"), ("", "")]
    assert len([one for one in captured if "catalog_product" in one["sql"]]) <= 2


def test_a_page_offers_the_photo_in_each_format_and_width_and_says_how_large_it_is(
    client: Client, files: Path, shop: Shop, tomato: str
):
    drawn(tomato, jpeg())
    key = Picture.objects.get().key
    page = client.get("/en/p/tomato/").content.decode()
    assert f'<source type="image/avif" srcset="/pictures/{key}/96.avif 96w, ' in page
    assert f'<img src="/pictures/{key}/400.webp" srcset="/pictures/{key}/96.webp 96w, ' in page
    assert 'alt="" width="640" height="480" fetchpriority="high"' in page


def test_a_picture_may_be_kept_for_ever(client: Client, files: Path, tomato: str):
    drawn(tomato, jpeg())
    answer = client.get(f"/pictures/{Picture.objects.get().key}/96.webp")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (answer["X-Content-Type-Options"], b"".join(answer)[:4]) == ("nosniff", b"RIFF")


@pytest.mark.parametrize("name", ["nothing/96.webp", "../private/pictures/x", "%2e%2e/private", ""])
def test_nothing_else_is_served(client: Client, files: Path, tomato: str, name: str):
    assert client.get(f"/pictures/{name}").status_code == 404


# --- by staff ---------------------------------------------------------------------------------------------------


@pytest.fixture
def staff(client: Client, db: None) -> Client:
    boss = get_user_model().objects.create_superuser("boss@example.com", "correct horse", name="Boss")
    client.force_login(boss)
    return client


def form(page: Any, **values: Any) -> dict[str, Any]:
    """The product's page as it would be sent back."""
    form = page.context["adminform"].form
    fields = {bound.html_name: bound.value() for bound in form if bound.value() is not None}
    for inline in page.context["inline_admin_formsets"]:
        for one in [inline.formset.management_form, *inline.formset.initial_forms]:
            fields |= {bound.html_name: bound.value() for bound in one if bound.value() is not None}
    return {name: value for name, value in fields.items() if value is not False} | values


def test_staff_upload_order_describe_and_remove_pictures(staff: Client, files: Path, tomato: str):
    address = f"/en/admin/catalog/product/{tomato}/change/"
    new = {
        "pictures-TOTAL_FORMS": "2",
        "pictures-0-position": "1",
        "pictures-0-file": io.BytesIO(jpeg("red")),
        "pictures-0-alt_vi": "Đỏ",
        "pictures-1-position": "2",
        "pictures-1-source": "https://example.com/tomato.jpg",
    }
    new["pictures-0-file"].name = "tomato.jpg"  # type: ignore[attr-defined]  # what a browser would say
    answer = staff.post(address, form(staff.get(address), **new))
    assert answer.status_code == 302, answer.context["inline_admin_formsets"][0].formset.errors
    assert [(one.alt_vi, bool(one.content), one.source) for one in Picture.objects.all()] == [
        ("Đỏ", True, ""),
        ("", False, "https://example.com/tomato.jpg"),
    ]
    Picture.objects.filter(content=None).delete()
    catalog.draw_pictures(now=clock.now())
    page = staff.get(address)
    assert f"/pictures/{Picture.objects.get().key}/96.webp" in page.content.decode()
    staff.post(address, form(page, **{"pictures-0-DELETE": "on"}))
    assert Product.objects.get().photo == ""


@pytest.mark.parametrize(
    "fields",
    [{}, {"file": b"no picture"}, {"file": jpeg(), "source": "https://example.com/a.jpg"}, {"source": "nonsense"}],
)
def test_staff_are_told_what_is_wrong_with_a_picture(staff: Client, files: Path, tomato: str, fields: dict[str, Any]):
    address = f"/en/admin/catalog/product/{tomato}/change/"
    sent = {f"pictures-0-{name}": value for name, value in fields.items()}
    if "file" in fields:
        sent["pictures-0-file"] = io.BytesIO(fields["file"])
    new = {"pictures-TOTAL_FORMS": "1", "pictures-0-position": "1", **sent}
    page = staff.post(address, form(staff.get(address), **new))
    assert (page.status_code, Picture.objects.count()) == (200, 0)
