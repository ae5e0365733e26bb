"""Which providers there are, and which one takes a payment. Adding one: its file, and its line in the settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import cast
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from grocery.kernel import flags
from grocery.kernel.errors import NotFound
from grocery.kernel.money import Money
from grocery.payments.contracts import Method, MethodNotOffered
from grocery.payments.gateways.bank_notices import BANK, BankNotices
from grocery.payments.gateways.provider import CardKeeper, Disputed, PaymentProvider, ReadsNotices
from grocery.payments.policies.routes import Now, routes


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


def provider_of(
    method: Method,
    amount: Money | None = None,
    *,
    payer_id: UUID | None = None,
    is_away: Callable[[str], bool] = lambda _name: False,
) -> PaymentProvider:
    """The provider that takes a new payment of that method now, by configuration, amount, switches and shares.

    The first of the method's routes that takes it and whose provider is not away; where all are away, the first.
    Without an amount: who takes any; without a payer: who is not for a share of customers. Raises MethodNotOffered.
    """
    if method not in settings.PAYMENT_PROVIDERS:
        raise MethodNotOffered(method)
    now = Now(flags.is_on, partial(flags.is_in_share, whom=payer_id)) if payer_id else Now(flags.is_on)
    taking = [one.provider for one in routes(settings.PAYMENT_PROVIDERS[method]) if one.takes(amount, now)]
    return provider(next((name for name in taking if not is_away(name)), taking[0]))


def providers_of(methods: Iterable[Method]) -> set[str]:
    """Who may take payments of these."""
    texts = (settings.PAYMENT_PROVIDERS[method] for method in methods if method in settings.PAYMENT_PROVIDERS)
    return {one.provider for text in texts for one in routes(text)}


def check_routes() -> None:
    """Raises ImproperlyConfigured where a payment would go to nobody whom PAYMENT_GATEWAYS knows."""
    if strangers := providers_of(map(Method, settings.PAYMENT_METHODS)) - set(settings.PAYMENT_GATEWAYS):
        known = ", ".join(sorted(settings.PAYMENT_GATEWAYS))
        raise ImproperlyConfigured(f"nobody knows the payment provider {', '.join(sorted(strangers))}, only {known}")


def all_providers() -> Mapping[str, PaymentProvider]:
    """Every provider by its name."""
    return {name: provider(name) for name in settings.PAYMENT_GATEWAYS}
