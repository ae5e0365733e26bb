"""Offers in the admin: listed by state, tried on a basket before they are saved, ended, undone, with codes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from grocery.accounts import public as accounts
from grocery.ordering import models
from grocery.ordering import public as ordering
from tests.ordering.conftest import NOON
from tests.ordering.offering import offer
from tests.shop import PASSWORD, Customer, Shop

LIST = "/admin/ordering/offer/"


@pytest.fixture
def as_role(shop: Shop) -> Callable[..., Client]:
    def sign_in(role: str, store_id: Any = None) -> Client:
        made = accounts.create_staff(
            email=f"{role}@example.com", password=PASSWORD, name=role, roles=[accounts.Role(role)], store_id=store_id
        )
        client = Client(headers={"accept-language": "en"})
        client.force_login(get_user_model().objects.get(pk=made.id))
        return client

    return sign_in


@pytest.fixture
def manager(as_role: Callable[..., Client]) -> Client:
    return as_role("manager")


def form(**terms: Any) -> dict[str, Any]:
    """Ten percent off milk from now on, unless told otherwise."""
    return {
        "key": str(uuid4()),
        "kind": "sku",
        "name_vi": "Tuần lễ sữa",
        "name_en": "Milk week",
        "store": "",
        "starts_at": "2026-11-20T11:00",
        "ends_at": "",
        "percent": "10",
        "skus": "milk",
        "sample_lines": "milk 2",
        **terms,
    }


def text(page: Any) -> str:
    return " ".join(page.content.decode().split())


def test_the_list_says_what_is_planned_runs_and_has_ended(shop: Shop, manager: Client):
    hour = timedelta(hours=1)
    offer(shop, "basket", percent=5, name="Runs")
    offer(shop, "basket", percent=6, name="Comes", starts_at=NOON + hour)
    offer(shop, "basket", percent=7, name="Gone", starts_at=NOON - 2 * hour, ends_at=NOON - hour)
    shown = {state: text(manager.get(f"{LIST}?state={state}")) for state in ("planned", "running", "ended")}
    assert [[name in page for name in ("Comes", "Runs", "Gone")] for page in shown.values()] == [
        [True, False, False],
        [False, True, False],
        [False, False, True],
    ]


def test_a_form_shows_what_it_would_change_before_anything_is_saved(shop: Shop, manager: Client):
    shop.stock(milk=10)
    page = manager.post(f"{LIST}add/", form(preview="1"))
    assert "<s>77.000\xa0₫</s> <strong>69.300\xa0₫</strong>" in page.content.decode()
    assert models.Offer.objects.count() == 0


def test_a_recent_cart_can_be_the_sample(shop: Shop, manager: Client, lan: Customer):
    shop.stock(milk=10)
    cart = shop.put(lan.owner, milk=4)
    page = manager.post(f"{LIST}add/", form(preview="1", sample_lines="", sample_cart=str(cart.id)))
    assert [(line["sku"], str(line["after"])) for line in page.context["lines"]] == [("milk", "138.600\xa0₫")]


def test_a_rule_on_the_same_goods_is_warned_of(shop: Shop, manager: Client):
    shop.stock(milk=10)
    offer(shop, "sku", percent=30, skus=("milk",), name="Old week")
    assert "Old week" in text(manager.post(f"{LIST}add/", form(preview="1")))


def test_what_is_saved_counts_and_is_on_the_stores_clock(shop: Shop, manager: Client, lan: Customer):
    shop.stock(milk=10)
    sent = form(save="1")
    assert [manager.post(f"{LIST}add/", sent).status_code for _twice in range(2)] == [302, 302]
    saved = models.Offer.objects.get()
    assert (saved.starts_at, shop.put(lan.owner, milk=1).discount.minor) == (NOON - timedelta(hours=1), 3_850)


def test_what_makes_no_sense_is_said_beside_its_field(shop: Shop, manager: Client):
    page = manager.post(f"{LIST}add/", form(save="1", skus="caviar"))
    assert "Không bán: caviar." in text(page)


def test_an_offer_is_changed_ended_and_put_back_from_its_page(shop: Shop, manager: Client, lan: Customer):
    shop.stock(milk=10)
    made = offer(shop, "sku", percent=10, skus=("milk",))
    page = f"{LIST}{made}/"
    discounts = []
    manager.post(f"{page}change/", form(save="1", percent="20"))
    for step in ("", "end/", "undo/"):
        if step:
            manager.post(page + step)
        discounts.append(shop.put(lan.owner, milk=1).discount.minor)
    assert discounts == [7_700, 0, 7_700]
    assert "percent: 10 → 20" in text(manager.get(f"{page}change/"))


def test_codes_are_made_and_downloaded(shop: Shop, manager: Client):
    made = offer(shop, "basket", percent=10, needs_coupon=True)
    manager.post(f"{LIST}{made}/codes/", {"count": "25", "beginning": "TET", "most_uses": "1"})
    rows = manager.get(f"{LIST}{made}/codes.csv").content.decode().splitlines()
    assert (rows[0], len(rows), rows[1][:4], rows[1][-4:]) == ("code,most_uses,used", 26, "TET-", ",1,0")


@pytest.mark.parametrize("role", ["picker", "support", "buyer"])
def test_others_look_and_do_not_touch(shop: Shop, as_role: Callable[..., Client], role: str):
    made = offer(shop, "basket", percent=10, needs_coupon=True)
    client, page = as_role(role), f"{LIST}{made}/"
    looked = [client.get(address).status_code for address in (LIST, f"{page}change/")]
    acts = [client.post(page + act, form(save="1")).status_code for act in ("change/", "end/", "undo/", "codes/")]
    refused = [
        *acts,
        client.post(f"{LIST}add/", form(save="1")).status_code,
        client.get(f"{page}codes.csv").status_code,
    ]
    assert (looked, set(refused)) == ([200, 200], {403})


def test_staff_of_a_store_see_their_own_and_everybodys_offers_and_change_their_own(
    shop: Shop, as_role: Callable[..., Client]
):
    everybodys = offer(shop, "basket", percent=10)
    local = as_role("manager", shop.store.id)
    assert local.get(f"{LIST}{everybodys}/change/").status_code == 200
    local.post(f"{LIST}{everybodys}/end/")
    assert models.Offer.objects.get().state(NOON) is ordering.OfferState.RUNNING


def test_the_list_takes_as_many_statements_for_three_offers_as_for_one(
    shop: Shop, manager: Client, django_assert_max_num_queries: Any
):
    for percent in (5, 6, 7):
        offer(shop, "basket", percent=percent)
    with django_assert_max_num_queries(9):
        manager.get(LIST)
