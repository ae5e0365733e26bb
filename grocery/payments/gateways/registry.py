"""Which providers there are, and which one takes a payment. Adding one: its file, and its line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.conf import settings

from grocery.kernel.errors import NotFound
from grocery.payments.gateways import stripe
from grocery.payments.gateways.provider import PaymentProvider

PROVIDERS: Final[dict[str, Callable[[], PaymentProvider]]] = {
    "stripe": stripe.from_settings,
}


def provider(name: str) -> PaymentProvider:
    """The provider of that name. Raises NotFound."""
    if name not in PROVIDERS:
        raise NotFound("payment provider", name)
    return PROVIDERS[name]()


def card_provider() -> PaymentProvider:
    """The provider that takes new card payments, by configuration."""
    return provider(settings.CARD_PROVIDER)


def all_providers() -> Mapping[str, PaymentProvider]:
    """Every provider by its name."""
    return {name: make() for name, make in PROVIDERS.items()}
