"""Staff keep the dictionary of search in the admin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from grocery.accounts import public as accounts
from grocery.catalog import public as catalog
from grocery.catalog.models import TermChange, TermGroup

ADD = "/admin/catalog/termgroup/add/"
NEW = {"vi": "rau lạ lùng\nrau kỳ", "en": "wonder leaf", "common": "", "typed": "", "is_active": "on"}
INLINE = {"changes-TOTAL_FORMS": 0, "changes-INITIAL_FORMS": 0}


@pytest.fixture
def signed_in(client: Client, db: None) -> Callable[[str], Client]:
    def sign_in(role: str) -> Client:
        staff = accounts.create_staff(
            email=f"{role}@example.com", password="x" * 12, name=role, roles=[accounts.Role(role)]
        )
        client.force_login(get_user_model().objects.get(pk=staff.id))
        return client

    return sign_in


def meant(typed: str) -> list[str]:
    return [term.text for one in catalog.search_meanings(typed=typed) for term in one.alternatives]


def send(client: Client, address: str, **changes: str) -> Any:
    return client.post(address, {**NEW, **INLINE, **changes}, follow=True)


def test_a_buyer_writes_a_group_and_switches_it_off(signed_in: Callable[[str], Client]):
    buyer = signed_in("buyer")
    assert send(buyer, ADD).status_code == 200
    assert meant("wonder leaf") == ["rau lạ lùng", "rau kỳ"]
    group = TermGroup.objects.get(key=None)
    page = buyer.get(f"/admin/catalog/termgroup/{group.pk}/change/")
    assert "<b>wonder leaf</b> → rau lạ lùng, rau kỳ" in page.content.decode()
    send(buyer, f"/admin/catalog/termgroup/{group.pk}/change/", is_active="")
    assert meant("wonder leaf") == []
    assert TermChange.objects.filter(group=group, by=get_user_model().objects.get().pk).count() == 2


def test_a_support_agent_only_looks(signed_in: Callable[[str], Client]):
    support = signed_in("support")
    assert support.get("/admin/catalog/termgroup/?q=heo").status_code == 200
    assert support.post(ADD, {**NEW, **INLINE}).status_code == 403


def test_a_fault_is_said_beside_its_field(signed_in: Callable[[str], Client]):
    page = send(signed_in("buyer"), ADD, en="wonder leaf\nWonder  Leaf")
    assert list(page.context["adminform"].form.errors) == ["en"]


def test_a_term_of_another_group_is_said(signed_in: Callable[[str], Client]):
    page = send(signed_in("manager"), ADD, en="broccoli")
    assert ["súp lơ xanh" in str(message) for message in page.context["messages"]][:1] == [True]


def test_a_group_is_found_by_part_of_a_term_without_marks(signed_in: Callable[[str], Client]):
    page = signed_in("buyer").get("/admin/catalog/termgroup/?q=sup lo xanh").content.decode()
    assert "bông cải xanh" in page
    assert "giấy vệ sinh" not in page
