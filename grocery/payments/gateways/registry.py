"""Which providers there are, and which one takes a payment. Adding one: its file, and its line in the settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from grocery.kernel.errors import NotFound
from grocery.payments.contracts import Method, MethodNotOffered
from grocery.payments.gateways.bank_notices import BANK, BankNotices
from grocery.payments.gateways.provider import CardKeeper, Disputed, PaymentProvider, ReadsNotices


def provider(name: str) -> PaymentProvider:
    """The provider of that name. Raises NotFound."""
    if name not in settings.PAYMENT_GATEWAYS:
        raise NotFound("payment provider", name)
    return cast("PaymentProvider", import_string(settings.PAYMENT_GATEWAYS[name])())


def reader(name: str) -> ReadsNotices:
    """Who reads what comes in under that name: a provider, or the bank. Raises NotFound."""
    return BankNotices(settings.BANK_NOTICE_SECRETS) if name == BANK else provider(name)


def keeper(name: str) -> CardKeeper | None:
    """The same where it keeps cards; else None."""
    found = provider(name) if name else None
    return found if isinstance(found, CardKeeper) else None


def disputed(name: str) -> Disputed:
    """The same where it tells of disputes. Raises NotFound."""
    found = provider(name)
    if not isinstance(found, Disputed):
        raise NotFound("payment provider", name)
    return found


def provider_of(method: Method) -> PaymentProvider:
    """The provider that takes new payments of that method, by configuration. Raises MethodNotOffered."""
    if method not in settings.PAYMENT_PROVIDERS:
        raise MethodNotOffered(method)
    return provider(settings.PAYMENT_PROVIDERS[method])


def all_providers() -> Mapping[str, PaymentProvider]:
    """Every provider by its name."""
    return {name: provider(name) for name in settings.PAYMENT_GATEWAYS}
