"""How a customer may pay."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from grocery.kernel import figures
from grocery.kernel.errors import DomainError
from grocery.kernel.money import Money
from grocery.payments.contracts import AmountTooLarge, AmountTooSmall, Method
from grocery.payments.contracts.providers import MethodAway, MethodOffer, WhyNot
from grocery.payments.gateways import breaker
from grocery.payments.gateways.provider import OutcomeUnknown, Refused
from grocery.payments.gateways.registry import all_providers, provider, provider_of, providers_of
from grocery.payments.policies import TRANSFERS, Limits


class _Answering(Collector):
    """Which providers are asked as ever, and which are left alone."""

    def collect(self) -> Iterable[Metric]:
        answering = GaugeMetricFamily(
            "payments_provider_answers",
            "0 while a provider is left alone because it does not answer.",
            None,
            ["provider"],
        )
        names = all_providers()
        away = breaker.all_away(names)
        for name in names:
            answering.add_metric([name], name not in away)
        return (answering,)

    def describe(self) -> Iterable[Metric]:
        """Nothing, so that registering asks nobody anything."""
        return ()


figures.show(_Answering())


def configured() -> tuple[Method, ...]:
    """How the shop takes money, in the order in which to show it."""
    return tuple(method for method in Method if method in settings.PAYMENT_METHODS)


def offers(*, amount: Money | None = None, customer_id: UUID | None = None) -> tuple[MethodOffer, ...]:
    """Each way to pay that the shop has, and whether it can be chosen now, for this amount and by this customer if
    they are given."""
    away = breaker.all_away(providers_of(configured()))
    made = []
    for method in configured():
        by_provider = method in settings.PAYMENT_PROVIDERS
        taker = provider_of(method, amount, payer_id=customer_id, is_away=away.__contains__) if by_provider else None
        limits = taker.limits if taker else TRANSFERS if method is Method.BANK_TRANSFER else None
        why_not = WhyNot.AWAY if taker and taker.name in away else _outside(amount, limits)
        made.append(
            MethodOffer(method, limits.minimum if limits else None, limits.maximum if limits else None, why_not)
        )
    return tuple(made)


def explained(offer: MethodOffer, *, amount: Money | None) -> DomainError:
    """What is said of a way to pay that cannot be chosen now; the error that choosing it would raise."""
    if offer.why_not is WhyNot.AWAY or amount is None or offer.least is None or offer.most is None:
        return MethodAway(offer.method)
    if offer.why_not is WhyNot.TOO_LITTLE:
        return AmountTooSmall(amount, offer.least)
    return AmountTooLarge(amount, offer.most)


def offered() -> tuple[Method, ...]:
    """How a customer may pay at present."""
    return tuple(offer.method for offer in offers() if offer.why_not is None)


def probe_providers() -> list[str]:
    """Ask those that are left alone how they are, one process at a time; which of them are well again."""
    back = []
    for name in sorted(breaker.all_away(all_providers())):
        if breaker.may_probe(name):
            try:
                provider(name).health()
            except (OutcomeUnknown, Refused):
                continue
            back.append(name)
    return back


def providers_away() -> list[str]:
    """Those that are left alone at present."""
    return sorted(breaker.all_away(all_providers()))


def _outside(amount: Money | None, limits: Limits | None) -> WhyNot | None:
    if amount is None or limits is None or limits.minimum <= amount <= limits.maximum:
        return None
    return WhyNot.TOO_LITTLE if amount < limits.minimum else WhyNot.TOO_MUCH
