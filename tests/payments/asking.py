"""What somebody does who is killed while asking a provider. Forked from what has read Django."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import django

django.setup()

from django.conf import settings  # noqa: E402 - Django first
from django.db import connection  # noqa: E402 - Django first

from grocery.kernel import clock  # noqa: E402 - Django first
from grocery.payments import public as payments  # noqa: E402 - Django first
from grocery.payments.services.settle import settle  # noqa: E402 - Django first

WAYS: dict[str, Callable[..., object]] = {"begin": payments.begin_authorisation, "settle": settle}


def ask(database: str, stripe: str, what: str, order_id: UUID) -> None:
    """Begin or settle the order's payment in that database, with the provider at that address."""
    connection.settings_dict["NAME"] = database
    settings.STRIPE_API_URL = stripe
    WAYS[what](order_id=order_id, now=clock.now())
