"""Payments over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test.client import Client

from grocery.accounts import public as accounts
from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.payments import public as payments
from grocery.payments.gateways import breaker
from grocery.payments.models import ProviderNotice
from tests.payments.stripe_signing import event, signed

pytestmark = pytest.mark.django_db
WEBHOOK = "/api/v1/webhooks/stripe"

STORE = new_id()


def now() -> datetime:
    return datetime.now(UTC)


def mai(email: str = "mai@example.com") -> accounts.Profile:
    return accounts.register(email=email, password="tám hạt mưa rơi", name="Mai", now=now())


def as_(who: accounts.Profile) -> dict[str, str]:
    token = accounts.issue_tokens(customer_id=who.id, now=now()).access_token
    return {"Authorization": f"Bearer {token}"}


def order_of(who: accounts.Profile) -> UUID:
    order_id = new_id()
    with transaction.atomic():
        payments.open_payment(
            order_id=order_id,
            order_number="G-20418",
            payer_id=who.id,
            store_id=STORE,
            amount=dong(345_000),
            method=payments.Method.CARD,
            now=now(),
        )
    return order_id


def ask(client: Client, order_id: object, headers: dict[str, str]) -> Any:
    return client.get(f"/api/v1/payments/{order_id}", headers=headers)


def test_the_payer_sees_how_the_order_is_paid(client: Client):
    payer = mai()
    order_id = order_of(payer)
    assert ask(client, order_id, as_(payer)).json() == {
        "order_id": str(order_id),
        "order_number": "G-20418",
        "changes_to": None,
        "method": "card",
        "state": "intended",
        "amount": 345_000,
        "authorised": 0,
        "to_pay": 345_000,
        "pay_until": None,
        "captured": 0,
        "credit": 0,
        "refunded": 0,
        "refunding": 0,
        "refunds": [],
        "currency": "VND",
        "failure_code": "",
    }


def test_anothers_payment_looks_like_none(client: Client):
    order_id = order_of(mai())
    stranger = as_(mai("nam@example.com"))
    answers = [ask(client, which, stranger) for which in (order_id, new_id())]
    assert [(a.status_code, a.json()["code"]) for a in answers] == [(404, "not_found")] * 2


def test_a_guest_is_asked_to_sign_in(client: Client):
    assert ask(client, order_of(mai()), {}).status_code == 401


@pytest.mark.parametrize(("role", "status"), [(accounts.Role.SUPPORT, 200), (accounts.Role.BUYER, 404)])
def test_staff_see_payments_if_their_role_has_to_do_with_orders(client: Client, role: accounts.Role, status: int):
    staff = accounts.create_staff(email="s@shop.example", password="tám hạt mưa rơi", name="S", roles=(role,))
    assert ask(client, order_of(mai()), as_(staff)).status_code == status


def test_what_is_no_id_is_invalid(client: Client):
    assert ask(client, "G-20418", as_(mai())).status_code == 422


def post(client: Client, body: bytes, headers: dict[str, str], url: str = WEBHOOK) -> Any:
    return client.post(url, data=body, content_type="application/json", headers=headers)


def test_anybody_may_ask_how_one_may_pay(client: Client, settings: Any):
    settings.PAYMENT_METHODS = ("cash_on_delivery", "card")
    answer = client.get("/api/v1/payment-methods")
    assert (answer.status_code, answer.json()) == (
        200,
        {"methods": ["card", "cash_on_delivery"], "unavailable": []},
    )


@pytest.mark.parametrize(
    ("amount", "reason", "said"),
    [
        (999, "too_little", "1.000"),
        (1_000, None, None),
        (50_000_000, None, None),
        (50_000_001, "too_much", "50.000.000"),
    ],
)
def test_a_way_to_pay_that_does_not_take_so_much_says_what_it_takes(
    client: Client, settings: Any, amount: int, reason: str | None, said: str | None
):
    settings.PAYMENT_METHODS = ("momo", "cash_on_delivery")
    answer = client.get(f"/api/v1/payment-methods?amount={amount}").json()
    assert answer["methods"] == (["cash_on_delivery"] if reason else ["momo", "cash_on_delivery"])
    assert [(one["method"], one["reason"], (said or "") in one["detail"]) for one in answer["unavailable"]] == (
        [("momo", reason, True)] if reason else []
    )


def test_a_way_to_pay_whose_provider_does_not_answer_says_so(client: Client, settings: Any):
    settings.PAYMENT_METHODS, settings.PAYMENT_BREAKER_FAILURES = ("momo", "cash_on_delivery"), 1
    breaker.failed("momo", "no_answer")
    answer = client.get("/api/v1/payment-methods", headers={"Accept-Language": "en"}).json()
    breaker.is_well("momo")
    [momo] = answer["unavailable"]
    assert (answer["methods"], momo["method"], momo["reason"]) == (["cash_on_delivery"], "momo", "away")
    assert "does not answer at the moment" in momo["detail"]


def test_a_signed_webhook_is_taken(client: Client):
    body = event("payment_intent.succeeded", id="pi_1")
    answer = post(client, body, signed(body, now()))
    assert (answer.status_code, answer.content, ProviderNotice.objects.count()) == (204, b"", 1)


def test_a_webhook_is_taken_in_few_statements(client: Client, django_assert_num_queries: Any):
    body = event("payment_intent.succeeded", id="pi_1")
    with django_assert_num_queries(1):  # the notice, the fact and who is to hear it
        post(client, body, signed(body, now()))


@pytest.mark.parametrize("provider", ["stripe", "momo", "bank"])
def test_past_the_middleware_a_webhook_is_answered_as_by_its_route(client: Client, settings: Any, provider: str):
    """Good, bad, of nobody, too long, and with another method."""
    url, body = f"/api/v1/webhooks/{provider}", event("payment_intent.succeeded", id="pi_1")
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000

    def answers() -> list[Any]:
        sent = [
            post(client, body, signed(body, now()), url),
            post(client, body, {"stripe-signature": "t=1,v1=00"}, url),
            post(client, body, {}, "/api/v1/webhooks/paypal"),
            post(client, b"x" * 6_000, {}, url),
            client.get(url),
        ]
        return [(a.status_code, a.content and a.json()["code"]) for a in sent]

    direct = answers()
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "config.direct" not in name]
    client.handler.load_middleware()
    assert direct == answers()


def test_an_unsigned_webhook_is_a_problem_and_leaves_nothing(client: Client):
    answer = post(client, event(), {"stripe-signature": "t=1,v1=00"})
    problem = (answer.status_code, answer["content-type"], answer.json()["code"], ProviderNotice.objects.count())
    assert problem == (400, "application/problem+json", "bad_webhook", 0)


def test_a_webhook_of_nobody_is_not_found(client: Client):
    assert post(client, event(), {}, "/api/v1/webhooks/paypal").status_code == 404


def test_a_webhook_needs_no_cookie_and_no_token(client: Client):
    strict = Client(enforce_csrf_checks=True)
    body = event()
    assert post(strict, body, signed(body, now())).status_code == 204
