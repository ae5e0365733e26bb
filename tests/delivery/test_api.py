"""Slots, pickup points and deliveries over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from ninja import Schema

from grocery.accounts import public as accounts
from grocery.delivery import api as routes
from grocery.delivery import models
from grocery.delivery import public as delivery
from grocery.kernel import clock
from grocery.kernel.ids import new_id
from tests.delivery.conftest import BEN_THANH, HA_NOI_WARD, Shop

PASSWORD = "ca kho to cay cay"


def get(path: str, token: str = "", **query: object) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return Client().get(f"/api/v1/{path}", {name: str(value) for name, value in query.items()}, headers=headers)


def customer(email: str) -> tuple[UUID, str]:
    """A customer's id and access token."""
    now = clock.now()
    profile = accounts.register(
        email=email, password=PASSWORD, name="Lan", phone="0903123456", language="vi", now=now
    )
    return profile.id, accounts.issue_tokens(customer_id=profile.id, now=now).access_token


def staff(store_id: UUID | None) -> str:
    email = f"{new_id()}@example.com"
    accounts.create_staff(
        email=email, password=PASSWORD, name="Minh", roles=[accounts.Role.DISPATCHER], store_id=store_id
    )
    return accounts.sign_in(email=email, password=PASSWORD, now=clock.now()).access_token


@pytest.fixture
def upcoming(shop: Shop) -> UUID:
    """A slot of this very day, so that the real clock finds it."""
    now = clock.now()
    slot = shop.slot()
    models.Slot.objects.filter(id=slot).update(starts_at=now, ends_at=now.replace(year=now.year + 1), cutoff_at=now)
    models.Slot.objects.filter(id=slot).update(day=clock.local_date(now, zone="Asia/Ho_Chi_Minh"))
    return slot


def test_slots_are_listed_as_they_are_documented(shop: Shop, upcoming: UUID):
    answer = get("slots", store_id=shop.store_id, ward=BEN_THANH)
    (slot,) = answer.json()["slots"]
    assert (slot["id"], slot["state"], slot["fee"]) == (str(upcoming), "closed", 15_000)
    assert routes.SlotsOut.model_validate(answer.json()).model_dump(mode="json") == answer.json()


def test_a_large_basket_is_delivered_for_nothing(shop: Shop, upcoming: UUID):
    (slot,) = get("slots", store_id=shop.store_id, ward=BEN_THANH, basket=300_000).json()["slots"]
    assert slot["fee"] == 0


@pytest.mark.usefixtures("places")
def test_outside_the_area_is_a_problem_that_names_the_ward(shop: Shop):
    answer = get("slots", store_id=shop.store_id, ward=HA_NOI_WARD)
    assert (answer.status_code, answer.json()["code"], answer.json()["ward"]) == (
        422,
        "outside_delivery_area",
        "Phường Hoàn Kiếm",
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        {},
        {"store_id": "x", "ward": BEN_THANH},
        {"store_id": str(new_id())},
        {"store_id": str(new_id()), "ward": "'; DROP TABLE"},
        {"store_id": str(new_id()), "ward": BEN_THANH, "days": "15"},
        {"store_id": str(new_id()), "ward": BEN_THANH, "days": "0"},
        {"store_id": str(new_id()), "ward": BEN_THANH, "basket": "-1"},
        {"store_id": str(new_id()), "ward": BEN_THANH, "pickup_point_id": str(new_id())},
    ],
)
def test_nonsense_is_refused(query: dict[str, str]):
    assert get("slots", **query).status_code == 422


def test_pickup_points_are_named_in_the_language_asked_for(shop: Shop):
    delivery.save_pickup_point(
        store_id=shop.store_id,
        name_en="Counter",
        name_vi="Quầy",
        address="1 Lê Lợi",
        hours_en="daily",
        hours_vi="mỗi ngày",
    )
    told = [get("pickup-points", store_id=shop.store_id, lang=language).json() for language in ("vi", "en")]
    assert [(point["name"], point["hours"]) for (point,) in told] == [("Quầy", "mỗi ngày"), ("Counter", "daily")]


def test_a_customer_sees_her_own_delivery_as_documented(shop: Shop):
    lan, token = customer("lan@example.com")
    order = shop.book(shop.slot())
    models.Delivery.objects.update(customer_id=lan)
    answer = get(f"deliveries/{order}", token)
    assert routes.DeliveryOut.model_validate(answer.json()).model_dump(mode="json") == answer.json()
    assert (answer.json()["state"], answer.json()["recipient"]) == ("scheduled", "Nguyễn Thị Lan")


def test_anothers_delivery_looks_like_none(shop: Shop):
    _, token = customer("minh@example.com")
    anothers, none = get(f"deliveries/{shop.book(shop.slot())}", token), get(f"deliveries/{new_id()}", token)
    assert (
        (anothers.status_code, anothers.json()["code"])
        == (none.status_code, none.json()["code"])
        == (404, "not_found")
    )


def test_a_guest_is_asked_to_sign_in(shop: Shop):
    assert get(f"deliveries/{shop.book(shop.slot())}").status_code == 401


def test_staff_see_the_deliveries_of_their_store_only(shop: Shop):
    order = shop.book(shop.slot())
    seen = [get(f"deliveries/{order}", staff(store)).status_code for store in (shop.store_id, None, new_id())]
    assert seen == [200, 200, 404]


@pytest.mark.parametrize(
    "schema",
    [routes.SlotOut, routes.SlotsOut, routes.PickupPointOut, routes.StepOut, routes.DeliveryOut],
)
def test_the_example_in_the_documentation_is_a_valid_answer(schema: type[Schema]):
    (example,) = schema.model_json_schema()["examples"]
    assert schema.model_validate(example).model_dump(mode="json") == example
