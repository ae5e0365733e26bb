"""Who takes a payment: by method, amount, switch, customer, and who answers; decided once, when it is opened."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ImproperlyConfigured
from waffle.models import Flag
from waffle.testutils import override_switch

from grocery.kernel.ids import new_id
from grocery.kernel.money import Money, dong
from grocery.payments import public as payments
from grocery.payments.contracts import AmountTooLarge, Method
from grocery.payments.contracts.providers import WhyNot
from grocery.payments.gateways.registry import check_routes, provider_of
from grocery.payments.gateways.stripe import LIMITS as STRIPE
from grocery.payments.models import Payment
from grocery.payments.policies.routes import Route, routes
from tests.payments import purse
from tests.payments.conftest import PAYER, Till

pytestmark = pytest.mark.django_db(transaction=True, available_apps=["grocery.kernel", "grocery.payments", "waffle"])


@pytest.fixture
def two(settings: Any) -> None:
    """Cards of half a million and more go to another provider while a switch is on."""
    settings.PAYMENT_GATEWAYS = {**settings.PAYMENT_GATEWAYS, "purse": "tests.payments.purse.the_one"}
    settings.PAYMENT_PROVIDERS = {"card": "purse@500000-?purse_cards, stripe"}
    purse.empty()


def taker(amount: int | None) -> str:
    return provider_of(Method.CARD, None if amount is None else dong(amount)).name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stripe", (Route("stripe"),)),
        ("acme@-2000000, stripe", (Route("acme", None, dong(2_000_000)), Route("stripe"))),
        ("acme@1-2?cards,stripe", (Route("acme", dong(1), dong(2), "cards"), Route("stripe"))),
        ("acme@-2?cards%few,stripe", (Route("acme", None, dong(2), "cards", "few"), Route("stripe"))),
        ("acme%few, stripe", (Route("acme", share="few"), Route("stripe"))),
    ],
)
def test_routes_are_written_in_order(text: str, said: tuple[Route, ...]):
    assert routes(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "",
        "acme@5-,",
        "acme@5-",
        "acme?cards",
        "acme@9-1,stripe",
        "acme@-1.5,stripe",
        "a b",
        "acme%few",
        "acme%5,stripe",
    ],
)
def test_what_leaves_a_payment_to_nobody_is_refused_at_the_start(text: str):
    with pytest.raises(ValueError, match=r"provider|from more to less|a share is a flag"):
        routes(text)


@pytest.mark.parametrize(
    ("switch", "amount", "name"),
    [
        (True, 500_000, "purse"),
        (True, 499_999, "stripe"),
        (False, 500_000, "stripe"),
        (True, None, "stripe"),
    ],
)
def test_amount_and_switch_decide(two: None, switch: bool, amount: int | None, name: str):
    with override_switch("purse_cards", active=switch):
        assert taker(amount) == name


@pytest.fixture
def tried(settings: Any) -> Any:
    """A new provider has a tenth of the customers: its flag."""
    settings.PAYMENT_GATEWAYS = {**settings.PAYMENT_GATEWAYS, "purse": "tests.payments.purse.the_one"}
    settings.PAYMENT_PROVIDERS = {"card": "purse@-50000000%purse_share, stripe"}
    purse.empty()
    return Flag.objects.create(name="purse_share", percent=10)


def of_purse(customers: list[UUID]) -> set[UUID]:
    return {one for one in customers if provider_of(Method.CARD, dong(60_000), payer_id=one).name == "purse"}


def test_a_share_of_customers_tries_a_provider_and_keeps_it_while_the_share_grows(tried: Any):
    customers = [new_id() for _ in range(400)]
    tenth = of_purse(customers)
    assert 15 < len(tenth) < 75
    assert of_purse(customers) == tenth
    Flag.objects.get(name="purse_share").delete()
    assert of_purse(customers) == set()
    Flag.objects.create(name="purse_share", percent=40)
    assert tenth < of_purse(customers)


@pytest.mark.parametrize(("everyone", "most"), [(True, purse.LIMITS.maximum), (False, STRIPE.maximum)])
def test_a_share_is_all_or_none_where_it_says_so_and_what_is_offered_is_of_whom_it_goes_to(
    tried: Any, settings: Any, everyone: bool, most: Money
):
    tried.everyone = everyone
    tried.save()
    settings.PAYMENT_METHODS = ("card",)
    (offer,) = payments.offers(amount=dong(60_000), customer_id=PAYER)
    (to_anybody,) = payments.offers(amount=dong(60_000))
    assert (offer.most, to_anybody.most) == (most, STRIPE.maximum)


def test_a_customer_of_the_share_pays_there(tried: Any, till: Till):
    tried.everyone = True
    tried.save()
    order_id = till.open(dong(60_000), Method.CARD)
    tried.everyone = False
    tried.save()
    assert isinstance(payments.begin_authorisation(order_id=order_id, now=till.now).step, payments.PayLink)


def test_a_route_to_nobody_ends_the_start(settings: Any):
    settings.PAYMENT_PROVIDERS, settings.PAYMENT_METHODS = {"card": "acme%few, stripe"}, ("card",)
    with pytest.raises(ImproperlyConfigured, match="nobody knows the payment provider acme, only"):
        check_routes()


def test_a_provider_that_is_away_is_passed_over(two: None):
    with override_switch("purse_cards", active=True):
        there, none = ({"purse"}.__contains__, {"purse", "stripe"}.__contains__)
        names = [provider_of(Method.CARD, dong(500_000), is_away=away).name for away in (there, none)]
    assert names == ["stripe", "purse"]


def test_a_payment_stays_with_whom_it_was_opened(two: None, till: Till):
    with override_switch("purse_cards", active=True):
        order_id = till.open(dong(600_000), Method.CARD)
        small = till.open(dong(60_000), Method.CARD)
    step = payments.begin_authorisation(order_id=order_id, now=till.now).step
    names = [Payment.objects.get(order_id=one).provider for one in (order_id, small)]
    assert (names, type(step)) == (["purse", "stripe"], payments.PayLink)


def test_its_limits_are_those_of_whom_it_goes_to(two: None, till: Till):
    """The other provider takes fifty million at most, the first one more."""
    with override_switch("purse_cards", active=True), pytest.raises(AmountTooLarge):
        till.open(dong(60_000_000), Method.CARD)


def test_what_is_offered_is_said_of_whom_it_would_go_to(two: None, settings: Any):
    settings.PAYMENT_METHODS = ("card",)
    with override_switch("purse_cards", active=True):
        (offer,) = payments.offers(amount=dong(60_000_000))
    assert (offer.most, offer.why_not) == (purse.LIMITS.maximum, WhyNot.TOO_MUCH)
