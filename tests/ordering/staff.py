"""People who work with orders, at the counter and in the admin."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.test import Client

from grocery.accounts import public as accounts
from grocery.accounts.models import User
from grocery.kernel.ids import new_id
from grocery.kernel.principal import Principal
from tests.shop import PASSWORD, Shop


def worker(shop: Shop, role: str = "picker", *, store_id: UUID | None = None) -> Principal:
    """Somebody of the shop's store, or of another."""
    return Principal(kind="staff", id=new_id(), roles=frozenset({role}), store_id=store_id or shop.store.id)


def at_work(store_id: UUID | None, role: accounts.Role, *, language: str = "en", name: str = "Hà") -> Client:
    """The same at the admin."""
    made = accounts.create_staff(
        email=f"{new_id()}@example.com", password=PASSWORD, name=name, roles=[role], store_id=store_id
    )
    client = Client(headers={"Accept-Language": language})
    client.force_login(User.objects.get(id=made.id))
    return client


def text(answer: Any) -> str:
    return str(answer.content.decode())
