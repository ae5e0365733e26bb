"""People who work in the store, signed in to the admin."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.test import Client

from grocery.accounts import public as accounts
from grocery.accounts.models import User
from grocery.accounts.public import Role
from grocery.kernel.ids import new_id


def signed_in(role: Role, store_id: UUID | None = None) -> Client:
    made = accounts.create_staff(
        email=f"{new_id().hex}@shop.vn", password="rau muống xào tỏi", name="Hoa", roles=[role], store_id=store_id
    )
    client = Client()
    client.force_login(User.objects.get(id=made.id))
    return client


def text(answer: Any) -> str:
    return str(answer.content.decode())
