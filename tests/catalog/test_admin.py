"""Staff keep the catalogue in the admin; what changes goes through the face."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from grocery.catalog.models import Category, PriceChange, Product, Store
from tests.catalog.conftest import Shop


@pytest.fixture
def admin(client: Client, db: None) -> Client:
    boss = get_user_model().objects.create_superuser("boss@example.com", "correct horse", name="Boss")
    client.force_login(boss)
    return client


def form(product: Product, **changes: Any) -> dict[str, Any]:
    """What the page of a product sends back."""
    names = [
        "gtin",
        "name_vi",
        "name_en",
        "untranslated",
        "price",
        "unit",
        "step",
        "net_content",
        "net_unit",
        "image",
        "tint",
    ]
    fields = {name: getattr(product, name) for name in names} | {
        "category": product.category_id,
        "vat_group": product.vat_group_id,
        "min_freshness_days": product.min_freshness_days,
        "base_popularity": product.base_popularity,
        "tags": ",".join(product.tags),
        "dietary": product.dietary,
        "allergens": product.allergens if product.allergens else [] if product.allergens is None else ["none"],
        "max_per_order": product.max_per_order,
        "description_vi": "",
        "description_en": "",
        "is_active": "on",
        "planned_prices-TOTAL_FORMS": 0,
        "planned_prices-INITIAL_FORMS": 0,
        "price_changes-TOTAL_FORMS": 0,
        "pictures-TOTAL_FORMS": 0,
        "pictures-INITIAL_FORMS": 0,
        "price_changes-INITIAL_FORMS": 0,
    }
    return {name: "" if value is None else value for name, value in (fields | changes).items()}


@pytest.mark.parametrize(
    "page", ["product", "category", "store", "pricechange", "product/kale/change", "product/add"]
)
def test_each_page_opens(admin: Client, shop: Shop, page: str):
    shop.product("kale", price=1)
    shop.product("kale", price=2)
    assert admin.get(f"/admin/catalog/{page}/").status_code == 200


@pytest.mark.parametrize("typed", ["cai xoan", "Cải xo", "kal", "K-1", "73513537", "k-1"])
def test_a_product_is_found_by_name_sku_or_gtin(admin: Client, shop: Shop, typed: str):
    shop.product("K-1", "Cải xoăn", name_en="Kale", gtin="73513537")
    shop.product("T-1", "Cà chua", name_en="Tomatoes")
    found = admin.get("/admin/catalog/product/", {"q": typed}).context["cl"].result_list
    assert [product.sku for product in found] == ["K-1"]


def test_a_price_that_staff_change_is_remembered_with_their_name(admin: Client, shop: Shop):
    shop.product("kale", price=10_000)
    admin.post("/admin/catalog/product/kale/change/", form(Product.objects.get(), price=12_000, dietary=["vegan"]))
    assert (
        list(Product.objects.values_list("price", "dietary")),
        list(PriceChange.objects.values_list("old", "new", "by")),
    ) == ([(12_000, ["vegan"])], [(10_000, 12_000, get_user_model().objects.get().pk)])


@pytest.mark.parametrize(
    ("field", "value"), [("price", 0), ("gtin", "123"), ("net_content", 5), ("tags", "Has Blank"), ("step", "0.5")]
)
def test_what_breaks_a_rule_is_said_beside_its_field(admin: Client, shop: Shop, field: str, value: Any):
    shop.product("kale")
    answer = admin.post("/admin/catalog/product/kale/change/", form(Product.objects.get(), **{field: value}))
    assert list(answer.context["adminform"].form.errors) == [field]


def test_a_product_can_be_added(admin: Client, shop: Shop):
    shop.product("kale", price=10_000)
    admin.post("/admin/catalog/product/add/", form(Product.objects.get(), sku="leek", name_en="Leek"))
    assert Product.objects.get(sku="leek").name_en == "Leek"


def test_a_category_is_not_moved_below_itself(admin: Client, shop: Shop):
    shop.category("leafy", parent="vegetables")
    top, below = Category.objects.get(slug="vegetables"), Category.objects.get(slug="leafy")
    fields = {"parent": below.pk, "name_en": "V", "name_vi": "R", "position": 0, "tint": "leaf", "image": ""}
    answer = admin.post(f"/admin/catalog/category/{top.pk}/change/", fields)
    assert (answer.status_code, Category.objects.get(slug="vegetables").parent) == (200, None)


def test_a_category_can_be_changed_and_added(admin: Client, shop: Shop):
    top = Category.objects.get(slug="vegetables")
    fields = {"parent": "", "name_en": "Greens", "name_vi": "Rau", "position": 3, "tint": "sun", "image": ""}
    admin.post(f"/admin/catalog/category/{top.pk}/change/", fields)
    admin.post("/admin/catalog/category/add/", fields | {"slug": "leafy", "parent": top.pk})
    assert list(Category.objects.order_by("slug").values_list("slug", "name_en", "parent__slug")) == [
        ("leafy", "Greens", "vegetables"),
        ("vegetables", "Greens", None),
    ]


def test_a_store_can_be_changed(admin: Client, shop: Shop):
    fields = {"name_en": "B", "name_vi": "B", "zone": "Asia/Ho_Chi_Minh", "address": "", "phone": "", "position": 0}
    admin.post(f"/admin/catalog/store/{shop.store.id}/change/", fields | {"is_active": "on"})
    assert list(Store.objects.values_list("code", "name_en")) == [("ben-thanh", "B")]


def test_nothing_that_others_refer_to_is_deleted(admin: Client, shop: Shop):
    shop.product("kale")
    assert admin.post("/admin/catalog/product/kale/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_as_many_statements_for_three_rows_as_for_one(
    admin: Client, shop: Shop, django_assert_max_num_queries: DjangoAssertNumQueries, rows: int
):
    for number in range(rows):
        shop.product(f"p{number}")
    with django_assert_max_num_queries(9):
        admin.get("/admin/catalog/product/")


@pytest.mark.parametrize(
    ("ticked", "kept"),
    [([], None), (["none"], []), (["soy", "milk"], ["milk", "soy"])],
    ids=["nothing", "none", "two"],
)
def test_allergens_are_ticked(admin: Client, shop: Shop, ticked: list[str], kept: list[str] | None):
    shop.product("kale", allergens=("eggs",))
    product = Product.objects.get(sku="kale")
    admin.post("/admin/catalog/product/kale/change/", form(product, allergens=ticked))
    assert Product.objects.get(sku="kale").allergens == kept


def test_none_of_them_and_some_of_them_is_refused(admin: Client, shop: Shop):
    shop.product("kale", allergens=("eggs",))
    product = Product.objects.get(sku="kale")
    admin.post("/admin/catalog/product/kale/change/", form(product, allergens=["none", "milk"]))
    assert Product.objects.get(sku="kale").allergens == ["eggs"]


def test_saving_a_page_as_it_is_keeps_what_is_not_declared_undeclared(admin: Client, shop: Shop):
    shop.product("kale")
    product = Product.objects.get(sku="kale")
    admin.post("/admin/catalog/product/kale/change/", form(product, price=2))
    assert (Product.objects.get(sku="kale").allergens, Product.objects.get(sku="kale").price) == (None, 2)
