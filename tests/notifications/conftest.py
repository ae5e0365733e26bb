"""A customer who has ordered, and the mail that she gets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import LazySettings

from grocery.accounts import public as accounts
from grocery.kernel import clock
from grocery.kernel.outbox import relay
from grocery.notifications.models import Message
from grocery.ordering import public as ordering
from tests.shop import Customer, Shop


@pytest.fixture
def outbox(settings: LazySettings, tmp_path: Path) -> Path:
    """The folder that mail is kept in."""
    settings.MAIL_OUTBOX = tmp_path / "mail"
    return tmp_path / "mail"


@pytest.fixture
def lan(db: None) -> UUID:
    return customer("vi")


def customer(language: str) -> UUID:
    profile = accounts.register(
        email=f"lan.{language}@example.com",
        password="tám hạt mưa rơi",
        name="Nguyễn Thị Lan",
        phone="0903123456",
        language=language,
        now=clock.now(),
    )
    return profile.id


@pytest.fixture
def ordered(db: None, outbox: Path) -> Callable[[UUID], ordering.OrderView]:
    """A confirmed order of this customer's, of which nobody has been told yet."""

    def by(customer_id: UUID) -> ordering.OrderView:
        shop = Shop()
        shop.stock(shrimp=10, milk=10)
        address = shop.address(customer_id)
        placed = shop.order(Customer(customer_id, address, ""), shrimp="0.45", milk=2)
        relay.drain()
        Message.objects.all().delete()
        for mail in outbox.glob("*.eml"):
            mail.unlink()
        return ordering.order(order_id=placed.id)

    return by
