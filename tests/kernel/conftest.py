"""What the kernel's tests share."""

from __future__ import annotations

import pytest
from django.test import Client

from grocery.kernel import ratelimit, valkey


@pytest.fixture
def no_valkey(settings):
    """Nobody listens where Valkey should be."""

    def forget() -> None:
        valkey.client.cache_clear()
        ratelimit._script.cache_clear()

    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    forget()
    yield
    forget()


@pytest.fixture
def office(admin_client: Client) -> Client:
    """An administrator at the admin."""
    return admin_client
