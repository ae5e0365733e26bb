"""How things stand."""

from __future__ import annotations

import time
from collections.abc import Mapping
from uuid import UUID

from grocery.kernel.money import Money
from grocery.payments.contracts import PaymentView, ProviderHealth
from grocery.payments.gateways import registry
from grocery.payments.gateways.provider import OutcomeUnknown, PaymentProvider, Refused
from grocery.payments.gateways.registry import all_providers
from grocery.payments.models import Bill


def payment(*, order_id: UUID) -> PaymentView:
    """How that order is paid, all its payments together. Raises NotFound."""
    return Bill.of(order_id).view()


def taken_beyond(*, order_id: UUID, amount: Money) -> Money:
    """What was taken for that order, and not promised back, beyond `amount`. Raises NotFound."""
    return Bill.of(order_id).taken_beyond(amount)


def page_sources(*, provider: str) -> Mapping[str, tuple[str, ...]]:
    """What the page on which its customer pays must be allowed to load, and from where. Raises NotFound."""
    return registry.provider(provider).page_sources()


def health() -> list[ProviderHealth]:
    """Ask each provider whether it answers."""
    return [_health(provider) for provider in all_providers().values()]


def _health(provider: PaymentProvider) -> ProviderHealth:
    started, reason = time.perf_counter(), ""
    try:
        provider.health()
    except (OutcomeUnknown, Refused) as error:
        reason = error.code
    milliseconds = round((time.perf_counter() - started) * 1000)
    return ProviderHealth(provider.name, answers=not reason, milliseconds=milliseconds, reason=reason)
