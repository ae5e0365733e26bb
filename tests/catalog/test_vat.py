"""VAT by group and date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction
from django.test import Client

from grocery.accounts import public as accounts
from grocery.catalog import public as catalog
from grocery.catalog.models import VatGroup, VatRate, VatRateChange
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.ids import new_id
from tests.catalog.conftest import NOON, TODAY, Shop

OLD_YEAR, NEW_YEAR = date(2026, 12, 31), date(2027, 1, 1)


@pytest.mark.parametrize(
    ("group", "old", "new"), [("fresh", 5, 5), ("reduced", 8, 10), ("standard", 10, 10), ("none", 0, 0)]
)
def test_the_lowered_rate_ends_with_2026(shop: Shop, group: str, old: int, new: int):
    assert [catalog.vat_rate(group=group, on=day) for day in (OLD_YEAR, NEW_YEAR)] == [old, new]


def test_a_product_has_the_rate_of_the_day_that_is_asked_for(shop: Shop):
    shop.product("noodles", vat_group="reduced")
    sku = catalog.Sku("noodles")
    rates = [catalog.products_on_sale(skus=[sku], on=day)[sku].vat_rate for day in (OLD_YEAR, NEW_YEAR)]
    assert rates == [8, 10]


def test_cards_have_the_rate_of_the_day_that_is_asked_for(shop: Shop):
    for sku in ("noodles", "vermicelli"):
        shop.product(sku, vat_group="reduced", allergens=())
    sku, here = catalog.Sku("noodles"), shop.store.id
    chosen = [catalog.cards(skus=[sku], store_id=here, on=day) for day in (OLD_YEAR, NEW_YEAR)]
    alike = [catalog.similar(sku=sku, store_id=here, on=day) for day in (OLD_YEAR, NEW_YEAR)]
    assert [[card.vat_rate for card in cards] for cards in (*chosen, *alike)] == [[8], [10], [8], [10]]


def test_a_product_knows_the_categories_above_it(shop: Shop):
    greens = shop.category("greens", parent="vegetables")
    shop.product("kale", category="greens")
    sku = catalog.Sku("kale")
    vegetables = catalog.category("vegetables")
    assert set(catalog.products_on_sale(skus=[sku], on=TODAY)[sku].categories) == {greens.id, vegetables.id}


def test_a_list_shows_a_rate(shop: Shop):
    shop.product("kale", vat_group="fresh")
    assert [card.vat_rate for card in shop.page().cards] == [5]


def test_an_unknown_group_is_refused(shop: Shop):
    with pytest.raises(NotFound):
        shop.product("kale", vat_group="luxury")


# --- the table -------------------------------------------------------------------------------------------------
def test_a_rate_counts_from_its_day(shop: Shop):
    catalog.set_vat_rate(group="fresh", starts_on=date(2027, 7, 1), rate=Decimal(7), now=NOON)
    days = [date(2027, 6, 30), date(2027, 7, 1)]
    assert [catalog.vat_rate(group="fresh", on=day) for day in days] == [5, 7]


def test_an_extended_cut_takes_the_end_back(shop: Shop):
    catalog.set_vat_rate(group="reduced", starts_on=NEW_YEAR, rate=None, now=NOON)
    assert catalog.vat_rate(group="reduced", on=NEW_YEAR) == 8


def test_what_was_changed_is_remembered(shop: Shop):
    finance = new_id()
    for rate in (Decimal(9), Decimal(9), None):  # the second time nothing changes
        catalog.set_vat_rate(group="reduced", starts_on=NEW_YEAR, rate=rate, now=NOON, by=finance)
    seen = VatRateChange.objects.order_by("id").values_list("group_id", "starts_on", "old", "new", "by", "at")
    assert list(seen) == [
        ("reduced", NEW_YEAR, Decimal(10), Decimal(9), finance, NOON),
        ("reduced", NEW_YEAR, Decimal(9), None, finance, NOON),
    ]


@pytest.mark.parametrize("day", [TODAY, date(2026, 1, 1)])
def test_a_day_that_has_begun_keeps_its_rate(shop: Shop, day: date):
    with pytest.raises(Invalid) as refused:
        catalog.set_vat_rate(group="fresh", starts_on=day, rate=Decimal(6), now=NOON)
    assert refused.value.field == "starts_on"


@pytest.mark.parametrize("rate", ["-1", "100.01", "5.001", "NaN"])
def test_a_rate_is_a_percentage(shop: Shop, rate: str):
    with pytest.raises(Invalid) as refused:
        catalog.set_vat_rate(group="fresh", starts_on=NEW_YEAR, rate=Decimal(rate), now=NOON)
    assert refused.value.field == "rate"


def test_the_database_refuses_to_rewrite_what_was_changed(shop: Shop):
    catalog.set_vat_rate(group="reduced", starts_on=NEW_YEAR, rate=Decimal(9), now=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        VatRateChange.objects.update(new=8)


def test_a_database_that_was_emptied_gets_the_law_again_and_one_that_was_not_keeps_what_finance_wrote(shop: Shop):
    catalog.set_vat_rate(group="reduced", starts_on=NEW_YEAR, rate=None, now=NOON)
    catalog.prepare_database()
    kept = VatRate.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE catalog_vatgroup CASCADE")
    catalog.prepare_database()
    assert (kept, VatRate.objects.count(), VatGroup.objects.count()) == (5, 6, 4)


# --- in the admin ----------------------------------------------------------------------------------------------
@pytest.fixture
def signed_in(client: Client, shop: Shop) -> Callable[[str], Client]:
    def sign_in(role: str) -> Client:
        email = f"{role}@example.com"
        staff = accounts.create_staff(email=email, password="x" * 12, name=role, roles=[accounts.Role(role)])
        client.force_login(get_user_model().objects.get(pk=staff.id))
        return client

    return sign_in


NEW_RATE = {"group": "fresh", "starts_on": "2027-07-01", "rate": "7"}


def test_a_manager_writes_a_rate_down(signed_in: Callable[[str], Client]):
    assert signed_in("manager").post("/admin/catalog/vatrate/add/", NEW_RATE).status_code == 302
    assert catalog.vat_rate(group="fresh", on=date(2027, 7, 1)) == 7


def test_a_buyer_only_looks(signed_in: Callable[[str], Client]):
    buyer = signed_in("buyer")
    pages = [buyer.get("/admin/catalog/vatrate/"), buyer.get("/admin/catalog/vatgroup/fresh/change/")]
    assert [page.status_code for page in pages] == [200, 200]
    assert buyer.post("/admin/catalog/vatrate/add/", NEW_RATE).status_code == 403


def test_a_rate_of_the_past_is_refused_beside_its_day(signed_in: Callable[[str], Client]):
    page = signed_in("manager").post("/admin/catalog/vatrate/add/", {**NEW_RATE, "starts_on": "2020-01-01"})
    assert "starts_on" in page.context["adminform"].form.errors


def test_a_rate_that_has_begun_is_not_taken_back(signed_in: Callable[[str], Client]):
    begun = VatRate.objects.of("reduced", date(2025, 7, 1)).get()
    signed_in("manager").post(f"/admin/catalog/vatrate/{begun.pk}/delete/", {"post": "yes"})
    assert catalog.vat_rate(group="reduced", on=TODAY) == 8
