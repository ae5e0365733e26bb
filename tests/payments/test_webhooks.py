"""What Stripe tells us: believed if signed, kept once, applied in any order."""

from __future__ import annotations

import json
import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import stripe
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from grocery.kernel.errors import NotFound
from grocery.kernel.models import InboxEntry, OutboxEvent
from grocery.kernel.money import dong
from grocery.payments import public as payments
from grocery.payments.contracts import PaymentState
from grocery.payments.gateways.provider import NotSigned
from grocery.payments.gateways.stripe import StripeProvider
from grocery.payments.gateways.stripe_objects import observe
from grocery.payments.models import ProviderNotice
from tests.payments.conftest import COMMITTED, Till
from tests.payments.stripe_signing import CURRENT_OBJECTS, RECORDED, VECTORS, event, shared, signed, v1

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def stripe_with(*secrets: str) -> StripeProvider:
    return StripeProvider(
        secret_key="sk",
        publishable_key="pk",
        webhook_secrets=secrets or ("whsec_sandbox",),
        api_url="http://127.0.0.1:9",
        js_url="http://127.0.0.1:9/js",
        timeouts=(1, 1),
    )


def take(body: bytes, headers: dict[str, str], now: datetime = NOW) -> None:
    payments.take_webhook(provider="stripe", body=body, headers=headers, now=now)


def kept() -> int:
    return ProviderNotice.objects.count()


# --- signatures ---------------------------------------------------------------------------------------------------
def test_the_published_vector_is_accepted():
    vector = shared(VECTORS)["stripe"]
    at = datetime.fromtimestamp(vector["t"], UTC)
    headers = {"stripe-signature": vector["header"]}
    notice = stripe_with(vector["secret"]).read_webhook(body=vector["payload"].encode(), headers=headers, now=at)
    assert (notice.event_id, notice.kind, notice.reference) == (
        "evt_test_0001",
        "payment_intent.amount_capturable_updated",
        "pi_test_0001",
    )


@given(st.binary(max_size=200), st.sampled_from(["whsec_sandbox", "whsec_other", ""]))
def test_we_agree_with_stripes_own_library_on_who_signed(body: bytes, secret: str):
    text = body.decode("utf-8", "replace")
    header = stripe.WebhookSignature.generate_signature_header(text, secret or "x", int(NOW.timestamp()))
    try:
        stripe_with().read_webhook(body=text.encode(), headers={"stripe-signature": header}, now=NOW)
        verdict = "signed"
    except NotSigned as reason:
        verdict = "unsigned" if "signature" in str(reason) else "signed"
    assert verdict == ("signed" if secret == "whsec_sandbox" else "unsigned")


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_five_minutes_either_way_are_just_now(seconds: int):
    headers = signed(event(), NOW + seconds * SECOND)
    assert stripe_with().read_webhook(body=event(), headers=headers, now=NOW).event_id == "evt_1"


@pytest.mark.parametrize("seconds", [-301, 301])
def test_longer_is_not(seconds: int):
    headers = signed(event(), NOW + seconds * SECOND)
    with pytest.raises(NotSigned):
        stripe_with().read_webhook(body=event(), headers=headers, now=NOW)


def test_either_secret_will_do_while_one_is_being_rolled():
    old_and_new = stripe_with("whsec_old", "whsec_new")
    both = [
        old_and_new.read_webhook(body=event(), headers=signed(event(), NOW, *secrets), now=NOW).event_id
        for secrets in (["whsec_old"], ["whsec_new"], ["whsec_newer", "whsec_new"])
    ]
    assert both == ["evt_1"] * 3


def test_without_a_secret_of_ours_nothing_is_signed():
    with pytest.raises(NotSigned):
        stripe_with("").read_webhook(body=event(), headers=signed(event(), NOW, ""), now=NOW)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=1",
        "v1=abc",
        "t=,v1=",
        "t=x,v1=abc",
        f"t={'9' * 400},v1=abc",
        "t=²,v1=abc",
        f"t={int(NOW.timestamp())},v1=é",
        f"t={int(NOW.timestamp())},v0={v1(event(), NOW)}",
        f"t={int(NOW.timestamp())},t=1,v1={v1(event(), NOW)}",
        f"t={int(NOW.timestamp())},v1={v1(event(), NOW).upper()}",
        ",=,,=",
    ],
)
def test_a_header_that_is_no_signature_is_none(header: str):
    with pytest.raises(NotSigned):
        stripe_with().read_webhook(body=event(), headers={"stripe-signature": header}, now=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"7",
        b"null",
        b'"text"',
        b"{}",
        b'{"id":"evt_1"}',
        b"[" * 10_000,
        b'{"id":"","type":""}',
        b'{"id":"evt_1","type":"x","data":' + b"[" * 300 + b"]" * 300 + b"}",
    ],
)
def test_a_signed_body_that_is_no_event_is_kept_once_for_a_person(body: bytes):
    for _ in range(2):
        take(body, signed(body, NOW))
    notice = ProviderNotice.objects.get()
    assert (notice.outcome, OutboxEvent.objects.count()) == ("unreadable", 0)
    assert notice.body["text"].startswith(body.decode("utf-8", "replace")[:1_000])


@pytest.mark.django_db
def test_a_changed_body_is_refused_and_not_kept():
    with pytest.raises(payments.BadWebhook):
        take(event(amount=1), signed(event(amount=345_000), NOW))
    assert (kept(), OutboxEvent.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_a_provider_that_we_do_not_have_is_not_found():
    with pytest.raises(NotFound):
        payments.take_webhook(provider="paypal", body=event(), headers={}, now=NOW)


# --- keeping ------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_each_event_is_kept_once():
    for _ in range(3):
        take(event(), signed(event(), NOW))
    assert kept() == 1


@COMMITTED
def test_of_the_same_event_many_times_at_once_one_is_kept_and_told():
    body = event("payment_intent.succeeded", id="pi_1")

    def once() -> None:
        try:
            take(body, signed(body, NOW))
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        for taken in [pool.submit(once) for _ in range(12)]:
            taken.result()
    assert (kept(), OutboxEvent.objects.count(), InboxEntry.objects.count()) == (1, 1, 1)


@pytest.mark.django_db
def test_a_notice_and_its_fact_stand_and_fall_together():
    body = event("payment_intent.succeeded", id="pi_1")
    with suppress(KeyError), transaction.atomic():
        take(body, signed(body, NOW))
        raise KeyError
    assert (kept(), OutboxEvent.objects.count()) == (0, 0)
    take(body, signed(body, NOW))
    assert (kept(), OutboxEvent.objects.count()) == (1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["customer.created", "sandbox.never_heard_of", "charge.succeeded"])
def test_what_does_not_concern_us_is_kept_and_left_alone(kind: str):
    body = event(kind, id="ch_1")
    take(body, signed(body, NOW))
    assert (ProviderNotice.objects.get().outcome, OutboxEvent.objects.count()) == ("ignored", 0)


@pytest.mark.django_db
def test_a_thin_event_is_kept_and_left_alone():
    body = b'{"id":"evt_65R","object":"v2.core.event","type":"v1.billing.meter.failed","data":{"x":1}}'
    take(body, signed(body, NOW))
    assert ProviderNotice.objects.get().outcome == "ignored"


@pytest.mark.django_db
def test_no_secret_of_a_payment_is_kept():
    body = event(
        "payment_intent.succeeded", id="pi_1", client_secret="pi_1_secret_2", nested=[{"client_secret": "x"}]
    )
    take(body, signed(body, NOW))
    assert "secret" not in json.dumps(ProviderNotice.objects.get().body)


@pytest.mark.django_db
def test_no_secret_is_kept_of_what_nobody_can_read():
    body = b'{"client_secret": "pi_1_secret_2xYz", '
    take(body, signed(body, NOW))
    assert "2xYz" not in json.dumps(ProviderNotice.objects.get().body)


@pytest.mark.django_db
def test_what_no_column_takes_is_left_out():
    body = rb'{"id":"evt_\ud800\u00001","type":"x","a\u0000b":["\ud800", NaN, 123456789012345678901234567890]}'
    take(body, signed(body, NOW))
    notice = ProviderNotice.objects.get()
    assert (notice.event_id, notice.body["ab"]) == ("evt_1", ["", None, "123456789012345678901234567890"])


@pytest.mark.django_db
@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_every_recorded_webhook_is_taken(path: Path):
    recorded = shared(path) | {"id": f"evt_{path.stem}"}
    body = json.dumps(recorded).encode()
    take(body, signed(body, NOW))
    notice = ProviderNotice.objects.get()
    assert (notice.kind, notice.event_id) == (recorded["type"], f"evt_{path.stem}")


# --- both generations of the API ----------------------------------------------------------------------------------
@pytest.mark.parametrize("path", [p for p in RECORDED if p.stem.startswith("payment_intent.")], ids=lambda p: p.stem)
def test_an_old_intent_reads_as_what_its_event_says(path: Path):
    meaning = {
        "amount_capturable_updated": PaymentState.AUTHORISED,
        "canceled": PaymentState.CANCELLED,
        "succeeded": PaymentState.CAPTURED,
    }
    assert observe(shared(path)["data"]["object"]).state == meaning.get(path.stem.split(".")[1], PaymentState.PENDING)


def test_an_old_failure_names_its_attempt_and_reason():
    failed = shared(RECORDED[0].parent / "payment_intent.payment_failed.json")["data"]["object"]
    seen = observe(failed)
    assert (seen.failure_code, seen.attempt) == ("generic_decline", failed["charges"]["data"][0]["id"])


def test_a_current_intent_reads_too():
    current = shared(CURRENT_OBJECTS)
    intent = current.get("resources", current)["payment_intent"]
    seen = observe(intent)
    assert (seen.reference, seen.amount, seen.currency) == (intent["id"], intent["amount"], intent["currency"])


@COMMITTED
@pytest.mark.parametrize("version", ["2020-08-27", "2026-10-28.endive"])
def test_a_payment_is_authorised_by_webhooks_of_either_version(till: Till, version: str):
    till.sandbox.speak(version)
    order_id = till.authorised()
    till.sandbox.speak("2026-10-28.endive")
    assert (till.state(order_id), till.facts(order_id)) == ("authorised", ["PaymentAuthorised"])


# --- any order, any number ----------------------------------------------------------------------------------------
def whole_life(till: Till) -> Any:
    """An order paid after a decline and captured, of which we have only the webhooks."""
    order_id = till.begun(dong(345_000))
    till.customer_pays(order_id, "pm_card_chargeDeclined")
    till.customer_pays(order_id, "pm_card_visa")
    till.sandbox.play(till.reference(order_id), "capture")
    return order_id


@COMMITTED
@pytest.mark.parametrize("seed", range(5))
def test_webhooks_twice_and_shuffled_lead_to_the_same_end(till: Till, seed: int):
    order_id = whole_life(till)
    webhooks = till.sandbox.take_webhooks() * 2
    random.Random(seed).shuffle(webhooks)
    for webhook in webhooks:
        till.receive(webhook)
        till.deliver()
    assert (till.state(order_id), till.facts(order_id)) == ("captured", ["PaymentAuthorised", "PaymentCaptured"])


@COMMITTED
def test_an_older_word_that_arrives_late_changes_nothing(till: Till):
    order_id = till.begun()
    old = till.sandbox.take_webhooks()
    till.customer_pays(order_id, "pm_card_authenticationRequired")
    old += till.sandbox.take_webhooks()
    till.sandbox.play(till.reference(order_id), "approve")
    till.webhooks()
    for webhook in old:
        till.receive(webhook)
    till.deliver()
    assert (till.state(order_id), till.facts(order_id)) == ("authorised", ["PaymentAuthorised"])


@COMMITTED
def test_lost_webhooks_are_made_up_for_by_asking(till: Till):
    order_id = till.begun()
    till.sandbox.knobs(drop=["*"])
    till.customer_pays(order_id)
    till.webhooks()
    till.later(minutes=2)
    payments.reconcile(now=till.now)
    assert till.facts(order_id) == ["PaymentAuthorised"]


@COMMITTED
def test_a_webhook_about_somebody_elses_payment_is_noted_as_such(till: Till):
    body = event("payment_intent.succeeded", id="pi_of_nobody")
    take(body, signed(body, till.now), till.now)
    till.deliver()
    assert till.notices() == [("payment_intent.succeeded", "unknown_payment")]


@COMMITTED
def test_a_webhook_waits_while_stripe_cannot_be_asked(till: Till):
    order_id = till.begun()
    till.customer_pays(order_id)
    for webhook in till.sandbox.take_webhooks():
        till.receive(webhook)
    till.sandbox.fault("retrieve", "429", times=1)
    with pytest.raises(payments.ProviderUnavailable):
        till.deliver()
    till.deliver()
    assert till.facts(order_id) == ["PaymentAuthorised"]


@COMMITTED
def test_a_webhook_that_overtakes_our_own_answer_finds_its_payment(till: Till):
    order_id = till.open()
    till.sandbox.fault("create", "cut", times=2)
    with pytest.raises(payments.ProviderUnavailable):
        payments.begin_authorisation(order_id=order_id, now=till.now)
    till.sandbox.pay(till.sandbox.intents()[0]["id"])
    till.webhooks()
    assert (till.state(order_id), till.facts(order_id)) == ("authorised", ["PaymentAuthorised"])


@COMMITTED
@pytest.mark.parametrize("knob", ["bad_signature", "stale"])
def test_what_the_sandbox_signs_wrongly_is_refused(till: Till, knob: str):
    till.sandbox.knobs(**{knob: 1})
    till.begun()
    webhook = till.sandbox.take_webhooks()[0]
    with pytest.raises(payments.BadWebhook):
        till.receive(webhook)
