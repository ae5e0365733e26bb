"""A shop at noon."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from grocery.kernel import clock
from tests.shop import Customer, Shop

#: A Friday, noon in Hồ Chí Minh City.
NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)


@pytest.fixture
def shop(db: None, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Shop:
    """The shop; every clock of the process shows noon, and phones read stock from Valkey."""
    settings.FIRESTORE_PROJECT = ""
    monkeypatch.setattr(clock, "now", lambda: NOON)
    for cost, least in {"time_cost": 1, "memory_cost": 8, "parallelism": 1}.items():
        monkeypatch.setattr(Argon2PasswordHasher, cost, least)  # how passwords are hashed is not tested here
    return Shop(now=NOON)


@pytest.fixture
def lan(shop: Shop) -> Customer:
    return shop.customer("lan")
