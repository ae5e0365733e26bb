"""A customer who has ordered, and the mail that she gets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import LazySettings

from grocery.accounts import public as accounts
from grocery.kernel import clock
from grocery.ordering import public as ordering
from tests.notifications.orders import order


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
def ordered(monkeypatch: pytest.MonkeyPatch) -> Callable[[UUID], ordering.OrderView]:
    """Let ordering's face know one order of this customer; the journeys go the whole way with real ones."""

    def by(customer_id: UUID) -> ordering.OrderView:
        view = replace(order(), customer_id=customer_id)
        monkeypatch.setattr(ordering, "order", lambda *, order_id: view)
        return view

    return by
