"""The sandbox keeps Stripe's rules. It is asked through Stripe's own library, not through ours."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.sandbox.listener import Listener
from tests.sandbox.momo_client import Merchant
from tests.sandbox.running import Sandbox, confirm_form, running
from tests.sandbox.stripe.forms import nested
from tests.sandbox.stripe.webhooks import signature

VECTORS = Path(__file__).resolve().parents[3] / "shared/integrations/vectors/vectors.json"
CARD = {"currency": "vnd", "capture_method": "manual", "automatic_payment_methods": {"enabled": True}}


@pytest.fixture
def api(sandbox: Sandbox) -> Any:
    return stripe_at(sandbox)


def stripe_at(sandbox: Sandbox, key: str = "sk_test_sandbox") -> Any:
    http = stripe.RequestsClient(timeout=5)
    client = stripe.StripeClient(key, base_addresses={"api": sandbox.url}, http_client=http, max_network_retries=0)
    return client.v1


def begin(api: Any, amount: int = 345_000, key: str = "", **more: Any) -> Any:
    options = {"idempotency_key": key} if key else {}
    return api.payment_intents.create({"amount": amount, **CARD, **more}, options)


def statuses(sandbox: Sandbox) -> list[str]:
    return [intent["status"] for intent in sandbox.intents()]


def kinds(sandbox: Sandbox) -> list[str]:
    """What has happened, oldest first."""
    return [event["type"] for event in reversed(sandbox.get("/v1/events?limit=100")["data"])]


# --- parameters ---------------------------------------------------------------------------------------------------
def test_brackets_are_read_as_stripe_writes_them():
    pairs = [("amount", "1"), ("metadata[order]", "G"), ("expand[]", "a"), ("expand[]", "b"), ("x[0][y]", "z")]
    assert nested(pairs) == {"amount": "1", "metadata": {"order": "G"}, "expand": ["a", "b"], "x": [{"y": "z"}]}


def test_the_signature_is_that_of_the_published_vector():
    if not VECTORS.exists():
        pytest.skip("the folder of shared data is absent")
    vector = json.loads(VECTORS.read_text())["stripe"]
    assert signature(vector["payload"].encode(), [vector["secret"]], vector["t"]) == vector["header"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": 12_999}, "amount_too_small"),
        ({"amount": 100_000_000}, "amount_too_large"),
        ({"amount": "12.5"}, "parameter_invalid_integer"),
        ({"currency": "VND"}, None),
        ({"colour": "red"}, "parameter_unknown"),
    ],
)
def test_wrong_parameters_are_refused(api: Any, changes: dict[str, Any], code: str | None):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.payment_intents.create({"amount": 345_000, **CARD, **changes})
    assert (refusal.value.http_status, refusal.value.code) == (400, code)


@pytest.mark.parametrize("key", ["sk_test_wrong", "pk_test_sandbox"])
def test_a_wrong_key_opens_nothing(sandbox: Sandbox, key: str):
    with pytest.raises(stripe.AuthenticationError):
        begin(stripe_at(sandbox, key))


def test_nothing_is_live(api: Any):
    assert begin(api).livemode is False


# --- the customer -------------------------------------------------------------------------------------------------
def confirm(sandbox: Sandbox, intent: Any, card: str, secret: str = "", key: str = "pk_test_sandbox") -> Any:
    """As a browser or curl does it: publishable key, client secret, form."""
    form = confirm_form(secret or intent.client_secret, card, key)
    request = urllib.request.Request(f"{sandbox.url}/v1/payment_intents/{intent.id}/confirm", data=form.encode())
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return json.loads(error.read())


def test_a_good_card_is_held(sandbox: Sandbox, api: Any):
    confirmed = confirm(sandbox, begin(api), "pm_card_visa")
    assert (confirmed["status"], statuses(sandbox)) == ("requires_capture", ["requires_capture"])


def test_a_browser_is_not_shown_what_it_need_not_know(sandbox: Sandbox, api: Any):
    assert "metadata" not in confirm(sandbox, begin(api, metadata={"order": "G-1"}), "pm_card_visa")


@pytest.mark.parametrize(
    ("card", "decline"),
    [
        ("pm_card_chargeDeclined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds"),
    ],
)
def test_a_bad_card_is_declined_and_may_be_replaced(sandbox: Sandbox, api: Any, card: str, decline: str):
    intent = begin(api)
    error = confirm(sandbox, intent, card)["error"]
    again = confirm(sandbox, intent, "pm_card_visa")
    assert (error["code"], error["decline_code"], again["status"]) == ("card_declined", decline, "requires_capture")


def test_without_the_client_secret_nobody_confirms(sandbox: Sandbox, api: Any):
    assert confirm(sandbox, begin(api), "pm_card_visa", secret="guessed")["error"]["code"] == "secret_key_required"


def test_some_cards_send_the_customer_to_the_bank(sandbox: Sandbox, api: Any):
    intent = begin(api)
    action = confirm(sandbox, intent, "pm_card_authenticationRequired")["next_action"]
    assert action["redirect_to_url"]["url"] == f"{sandbox.url}/3ds/{intent.id}"


@pytest.mark.parametrize(
    ("answer", "status"), [("approve", "requires_capture"), ("refuse", "requires_payment_method")]
)
def test_the_customer_answers_the_bank(sandbox: Sandbox, api: Any, answer: str, status: str):
    intent = begin(api)
    sandbox.pay(intent.id, "pm_card_authenticationRequired")
    sandbox.play(intent.id, answer)
    assert statuses(sandbox) == [status]


def test_some_banks_take_their_time(sandbox: Sandbox, api: Any):
    intent = begin(api)
    sandbox.pay(intent.id, "pm_sandbox_processing")
    before = statuses(sandbox)
    sandbox.advance(6)
    assert (before, statuses(sandbox)) == (["processing"], ["requires_capture"])


# --- capture, cancel, refund --------------------------------------------------------------------------------------
def held(sandbox: Sandbox, api: Any, amount: int = 345_000) -> Any:
    intent = begin(api, amount)
    sandbox.pay(intent.id)
    return intent


def test_part_of_a_hold_is_captured_once(sandbox: Sandbox, api: Any):
    intent = held(sandbox, api)
    captured = api.payment_intents.capture(intent.id, {"amount_to_capture": 300_000})
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.payment_intents.capture(intent.id)
    assert (captured.amount_received, refusal.value.code) == (300_000, "payment_intent_unexpected_state")


@pytest.mark.parametrize("amount", [0, 345_001])
def test_not_more_than_a_hold_is_captured(sandbox: Sandbox, api: Any, amount: int):
    intent = held(sandbox, api)
    with pytest.raises(stripe.InvalidRequestError):
        api.payment_intents.capture(intent.id, {"amount_to_capture": amount})


def test_a_hold_ends_after_seven_days(sandbox: Sandbox, api: Any):
    intent = held(sandbox, api)
    sandbox.advance(7 * 86_400 + 1)
    seen = api.payment_intents.retrieve(intent.id)
    assert (seen.status, seen.cancellation_reason, "charge.expired" in kinds(sandbox)) == (
        "canceled",
        "automatic",
        True,
    )


def test_what_is_captured_is_not_canceled(sandbox: Sandbox, api: Any):
    intent = held(sandbox, api)
    api.payment_intents.capture(intent.id)
    with pytest.raises(stripe.InvalidRequestError):
        api.payment_intents.cancel(intent.id)


def test_refunds_come_in_parts_and_never_exceed_the_capture(sandbox: Sandbox, api: Any):
    intent = held(sandbox, api)
    api.payment_intents.capture(intent.id)
    for amount in (300_000, 45_000):
        api.refunds.create({"payment_intent": intent.id, "amount": amount})
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.refunds.create({"payment_intent": intent.id, "amount": 1})
    assert refusal.value.code == "charge_already_refunded"


def test_a_refund_is_pending_then_done_and_may_still_fail(sandbox: Sandbox, api: Any):
    intent = held(sandbox, api)
    api.payment_intents.capture(intent.id)
    refund = api.refunds.create({"payment_intent": intent.id})
    sandbox.advance(6)
    done = api.refunds.retrieve(refund.id).status
    sandbox.play(refund.id, "fail_refund")
    assert (refund.status, done, api.refunds.retrieve(refund.id).status) == ("pending", "succeeded", "failed")


def test_the_customers_bank_may_dispute(sandbox: Sandbox, api: Any):
    intent = held(sandbox, api)
    api.payment_intents.capture(intent.id)
    sandbox.play(intent.id, "dispute")
    assert kinds(sandbox)[-2:] == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]


# --- idempotency --------------------------------------------------------------------------------------------------
def test_the_same_key_gets_the_same_answer(sandbox: Sandbox, api: Any):
    first, second = begin(api, key="a"), begin(api, key="a")
    assert (first.id, second.last_response.headers["Idempotent-Replayed"], len(sandbox.intents())) == (
        second.id,
        "true",
        1,
    )


def test_the_same_key_for_something_else_is_an_error(api: Any):
    begin(api, 345_000, key="a")
    with pytest.raises(stripe.IdempotencyError):
        begin(api, 345_001, key="a")


def test_a_key_is_forgotten_after_a_day(sandbox: Sandbox, api: Any):
    first = begin(api, key="a")
    sandbox.advance(86_401)
    assert begin(api, key="a").id != first.id


def test_a_refused_parameter_is_not_remembered(api: Any):
    with pytest.raises(stripe.InvalidRequestError):
        begin(api, 1, key="a")
    assert begin(api, 345_000, key="a").status == "requires_payment_method"


def test_an_internal_error_is_remembered(sandbox: Sandbox, api: Any):
    sandbox.fault("create", "500")
    errors = []
    for _ in range(2):
        with pytest.raises(stripe.APIError) as error:
            begin(api, key="a")
        errors.append(error.value.http_status)
    assert (errors, sandbox.intents()) == ([500, 500], [])


def test_a_cut_connection_has_done_its_work(sandbox: Sandbox, api: Any):
    sandbox.fault("create", "cut")
    with pytest.raises(stripe.APIConnectionError):
        begin(api, key="a")
    assert begin(api, key="a").id == sandbox.intents()[0]["id"]


def test_many_at_once_with_one_key_make_one(sandbox: Sandbox, api: Any):
    def one(_: int) -> str:
        try:
            return str(begin(api, key="a").id)
        except stripe.StripeError as error:
            return f"{error.http_status}"

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(one, range(16)))
    assert (len(sandbox.intents()), answers - {"409"}) == (1, {sandbox.intents()[0]["id"]})


# --- webhooks -----------------------------------------------------------------------------------------------------
def test_what_happens_is_told_in_signed_events(sandbox: Sandbox, api: Any):
    intent = held(sandbox, api)
    api.payment_intents.capture(intent.id)
    told = [
        stripe.Webhook.construct_event(w["body"], w["headers"]["Stripe-Signature"], "whsec_sandbox").type
        for w in sandbox.take_webhooks()
    ]
    assert told == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "charge.captured",
        "payment_intent.succeeded",
    ]


def test_an_event_may_come_more_than_once(sandbox: Sandbox, api: Any):
    sandbox.knobs(duplicates=2)
    begin(api)
    events = [webhook["event"] for webhook in sandbox.take_webhooks()]
    assert (len(events), len(set(events))) == (3, 1)


def test_an_event_that_was_dropped_is_found_in_the_list(sandbox: Sandbox, api: Any):
    sandbox.knobs(drop=["payment_intent.created"])
    begin(api)
    missed = sandbox.get("/v1/events?delivery_success=false")["data"]
    assert (sandbox.take_webhooks(), [event["type"] for event in missed]) == ([], ["payment_intent.created"])


def test_strange_events_come_when_asked_for(sandbox: Sandbox, api: Any):
    sandbox.knobs(unknown_type=1, thin=1)
    begin(api)
    objects = [(json.loads(w["body"])["object"], json.loads(w["body"])["type"]) for w in sandbox.take_webhooks()]
    assert objects == [
        ("event", "payment_intent.created"),
        ("event", "sandbox.never_heard_of"),
        ("v2.core.event", "v1.payment_intent.touched"),
    ]


def test_an_old_endpoint_is_told_in_the_old_shape(sandbox: Sandbox, api: Any):
    sandbox.speak("2020-08-27")
    held(sandbox, api)
    bodies = [json.loads(webhook["body"]) for webhook in sandbox.take_webhooks()]
    sandbox.speak("2026-10-28.endive")
    intent = bodies[-1]["data"]["object"]
    assert ("latest_charge" in intent, len(intent["charges"]["data"])) == (False, 1)


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A shop that refuses each webhook once."""
    with Listener() as listening:
        yield listening


def test_a_refused_webhook_comes_again(sandbox: Sandbox, api: Any, listener: Listener):
    sandbox.send_webhooks_to(listener.url)
    begin(api)
    got = listener.wait_for(2)
    sandbox.send_webhooks_to("")
    assert got == [got[0]] * 2


# --- keeping ------------------------------------------------------------------------------------------------------
def test_a_restart_forgets_nothing_that_is_in_a_file(tmp_path: Path):
    state = tmp_path / "sandbox.db"
    with running(tmp_path / "log", state=state) as first:
        before = begin(stripe_at(first), key="a")
        Merchant(first.momo.url).create()
        first.bank.transfer(125_000)
    with running(tmp_path / "log", state=state) as second:
        after = begin(stripe_at(second), key="a")
        kept = (Merchant(second.momo.url).query()["resultCode"], len(second.bank.take_notices()))
    assert (before.id, kept) == (after.id, (1000, 1))


def test_the_dashboard_shows_what_there_is(sandbox: Sandbox, api: Any):
    intent = begin(api, metadata={"order_number": "<b>G-1</b>"})
    with urllib.request.urlopen(f"{sandbox.url}/", timeout=5) as page:
        text = page.read().decode()
    assert (intent.id in text, "<b>G-1</b>" in text) == (True, False)
