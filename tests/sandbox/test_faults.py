"""Every fault, at every provider, asked for by command or by the amount, in the same words."""

from __future__ import annotations

import http.client
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.faults import ANSWERS, MAGIC, NOTICES
from tests.sandbox.momo_client import Merchant, genuine
from tests.sandbox.running import Refused, Sandbox, running
from tests.sandbox.stripe.webhooks import signature

#: What an operation of each provider sees: the status, or how the connection ended; and whether it was done.
SEEN = {
    "409": (409, False),
    "429": (429, False),
    "500": (500, False),
    "500_retry": (500, False),
    "500_no_retry": (500, False),
    "500_done": (500, True),
    "cut": ("cut", True),
    "cut_before": ("cut", False),
    "latency": (200, True),
}
#: A statement changes nothing, so that nothing is ever done there.
OPERATIONS = {"stripe": "create", "momo": "create", "bank": "statement"}


def test_no_fault_is_forgotten_here():
    assert (set(SEEN), set(MAGIC.values())) == (set(ANSWERS), set(ANSWERS) | set(NOTICES))


def test_the_readme_has_every_magic_amount():
    readme = (Path(__file__).parent / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| …(\d{3}) \| `(\w+)` \|", readme, re.M)
    assert {int(suffix): kind for suffix, kind in rows} == MAGIC


# --- answers ------------------------------------------------------------------------------------------------------
def asked(request: urllib.request.Request) -> Any:
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, dict(answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers)
    except (OSError, http.client.HTTPException):
        return "cut", {}


def begin_at_stripe(sandbox: Sandbox, amount: int, about: str = "G-1") -> Any:
    form = {"amount": amount, "currency": "vnd", "capture_method": "manual", "metadata[order]": about}
    data = urllib.parse.urlencode(form).encode()
    headers = {"Authorization": "Bearer sk_test_sandbox"}
    return asked(urllib.request.Request(f"{sandbox.url}/v1/payment_intents", data, headers))


def begin_at_momo(sandbox: Sandbox, amount: int, about: str = "G-1") -> Any:
    merchant = _Raw(sandbox.momo.url)
    merchant.create(f"{about}-P{time.monotonic_ns()}", amount, orderInfo=about)
    return merchant.seen


class _Raw(Merchant):
    """Keeps what was seen instead of reading it."""

    def send(self, operation: str, body: bytes) -> Any:
        address = f"{self.url}/v2/gateway/api/{operation}"
        self.seen = asked(urllib.request.Request(address, body, {"Content-Type": "application/json"}))
        return {}


def read_statement(sandbox: Sandbox, amount: int, about: str = "") -> Any:
    headers = {"Authorization": "Bearer bank_key_sandbox"}
    return asked(urllib.request.Request(f"{sandbox.bank.url}/v1/statement", headers=headers))


CALLS: dict[str, Callable[..., Any]] = {
    "stripe": begin_at_stripe,
    "momo": begin_at_momo,
    "bank": read_statement,
}


def done(sandbox: Sandbox, provider: str) -> int:
    """How many payments there are."""
    counts = {"stripe": lambda: sandbox.objects("payment_intent"), "momo": sandbox.momo.payments, "bank": list}
    return len(counts[provider]())


@pytest.mark.parametrize("kind", SEEN)
@pytest.mark.parametrize("provider", OPERATIONS)
def test_an_answer_goes_wrong_once_and_then_no_more(sandbox: Sandbox, provider: str, kind: str):
    status, was_done = SEEN[kind]
    sandbox.fault(OPERATIONS[provider], kind, provider=provider, seconds=0.3)
    began = time.monotonic()
    seen = CALLS[provider](sandbox, 125_000)[0]
    waited = time.monotonic() - began >= (0.3 if kind == "latency" else 0.0)
    count = done(sandbox, provider)
    after = CALLS[provider](sandbox, 125_000, "G-2")[0]
    expected = int(was_done) if provider != "bank" else 0
    assert (seen, count, waited, after) == (status, expected, True, 200)


@pytest.mark.parametrize(
    ("provider", "kind", "hint"),
    [
        ("stripe", "500", {}),
        ("stripe", "500_retry", {"Stripe-Should-Retry": "true"}),
        ("stripe", "500_no_retry", {"Stripe-Should-Retry": "false"}),
        ("momo", "500", {}),
        ("momo", "500_retry", {"Retry-After": "1"}),
        ("momo", "500_no_retry", {}),
        ("momo", "429", {"Retry-After": "1"}),
        ("bank", "500", {}),
        ("bank", "500_retry", {"Retry-After": "1"}),
    ],
)
def test_some_errors_say_whether_to_try_again(sandbox: Sandbox, provider: str, kind: str, hint: dict[str, str]):
    sandbox.fault(OPERATIONS[provider], kind, provider=provider)
    _, headers = CALLS[provider](sandbox, 125_000)
    assert {name: headers[name] for name in ("Stripe-Should-Retry", "Retry-After") if name in headers} == hint


@pytest.mark.parametrize("code", ["10", "11", "43", "98"])
def test_momo_may_answer_with_any_refusal(sandbox: Sandbox, code: str):
    sandbox.momo.fault("create", code)
    merchant = Merchant(sandbox.momo.url)
    refused, then = merchant.create(requestId="r1"), merchant.create(requestId="r1")
    assert (refused["resultCode"], then["resultCode"], len(sandbox.momo.payments())) == (int(code), 0, 1)


@pytest.mark.parametrize("code", [1080, 1088])
def test_a_refund_that_momo_refused_for_good_stays_refused(sandbox: Sandbox, code: int):
    merchant = Merchant(sandbox.momo.url)
    merchant.create()
    transaction = sandbox.momo.play("G-1-P1")["transId"]
    sandbox.momo.fault("refund", str(code))
    answers = [merchant.refund(transaction, 25_000, requestId="f1")["resultCode"] for _ in range(2)]
    again = merchant.refund(transaction, 25_000, "G-1-R2")["resultCode"]
    assert (answers, merchant.query("G-1-R1")["resultCode"], again) == ([code, code], code, 0)


@pytest.mark.parametrize(
    "fault",
    [
        {"operation": "create", "kind": "earthquake"},
        {"operation": "pay", "kind": "cut", "provider": "momo"},
        {"operation": "query", "kind": "duplicate", "provider": "momo"},
        {"operation": "pay", "kind": "wrong_currency", "provider": "momo"},
        {"operation": "transfer", "kind": "500", "provider": "bank"},
        {"operation": "create", "kind": "cut", "provider": "zalopay"},
    ],
)
def test_a_fault_that_cannot_happen_is_refused(sandbox: Sandbox, fault: dict[str, Any]):
    with pytest.raises(Refused) as refusal:
        sandbox.post("/_/faults", fault)
    assert refusal.value.status == 400


# --- notices ------------------------------------------------------------------------------------------------------
class Told:
    """What a shop that expects 125,000 ₫ makes of the notices of one payment."""

    def __init__(self, amounts: list[Any], currencies: list[Any], genuine: list[bool]) -> None:
        self.amounts, self.currencies, self.genuine = amounts, currencies, genuine


def told_by_stripe(sandbox: Sandbox, amount: int = 125_000, about: str = "G-1") -> Told:
    begin_at_stripe(sandbox, amount, about)
    sandbox.take_webhooks()
    sandbox.pay(sandbox.intents()[0]["id"])
    told = sandbox.take_webhooks()
    objects = [json.loads(webhook["body"])["data"]["object"] for webhook in told]
    held = [intent for intent in objects if intent["object"] == "payment_intent"]
    return Told(
        [intent["amount_capturable"] for intent in held],
        [intent["currency"] for intent in held],
        [_signed_by_stripe(webhook) for webhook in told],
    )


def _signed_by_stripe(webhook: Any) -> bool:
    header = webhook["headers"]["Stripe-Signature"]
    at = int(header.split(",")[0].removeprefix("t="))
    return bool(header == signature(webhook["body"].encode(), ["whsec_sandbox"], at))


def told_by_momo(sandbox: Sandbox, amount: int = 125_000, about: str = "G-1") -> Told:
    begin_at_momo(sandbox, amount, about)
    sandbox.momo.play(sandbox.momo.payments()[-1]["orderId"])
    ipns = [json.loads(notice["body"]) for notice in sandbox.momo.take_notices()]
    return Told([ipn["amount"] for ipn in ipns], ["vnd"] * len(ipns), [genuine(ipn) for ipn in ipns])


def told_by_bank(sandbox: Sandbox, amount: int = 125_000, about: str = "") -> Told:
    from tests.sandbox.test_bank import genuine as signed_by_bank

    sandbox.bank.transfer(amount)
    told = sandbox.bank.take_notices()
    booked = [json.loads(notice["body"])["data"] for notice in told]
    return Told(
        [b["amount"] for b in booked], [b["currency"].lower() for b in booked], [signed_by_bank(n) for n in told]
    )


PAID: dict[str, Callable[..., Told]] = {"stripe": told_by_stripe, "momo": told_by_momo, "bank": told_by_bank}
TELLING = {"stripe": "confirm", "momo": "pay", "bank": "transfer"}
#: There is no currency in MoMo's messages.
EVERYWHERE = [(who, kind) for who in PAID for kind in NOTICES if (who, kind) != ("momo", "wrong_currency")]


def as_it_should(told: Told) -> bool:
    return (told.amounts, told.currencies, set(told.genuine)) == ([125_000], ["vnd"], {True})


#: How one sees that it happened.
HAPPENED: dict[str, Callable[[Told], bool]] = {
    "duplicate": lambda told: told.amounts == [125_000] * 2,
    "never": lambda told: told.amounts == [],
    "wrong_amount": lambda told: told.amounts == [126_000] and all(told.genuine),
    "wrong_currency": lambda told: told.currencies == ["usd"] and all(told.genuine),
    "bad_signature": lambda told: not any(told.genuine) and told.amounts == [125_000],
}


@pytest.mark.parametrize(("provider", "kind"), [pair for pair in EVERYWHERE if pair[1] in HAPPENED])
def test_what_is_told_goes_wrong_once_and_then_no_more(sandbox: Sandbox, provider: str, kind: str):
    sandbox.fault(TELLING[provider], kind, provider=provider)
    first, second = PAID[provider](sandbox), PAID[provider](sandbox, about="G-2")
    assert (HAPPENED[kind](first), as_it_should(second)) == (True, True)


def taken(sandbox: Sandbox, provider: str, *, due: bool = False) -> list[str]:
    """The notices that wait, or should be on their way, by name."""
    of = {"stripe": sandbox.take_webhooks, "momo": sandbox.momo.take_notices, "bank": sandbox.bank.take_notices}
    return [notice["event"] for notice in of[provider](due=due)]


def begin(sandbox: Sandbox, provider: str, about: str) -> Callable[[], Any]:
    """What leads to notices, once it is called."""
    if provider == "bank":
        return lambda: sandbox.bank.transfer(125_000, about)
    CALLS[provider](sandbox, 125_000, about)
    if provider == "momo":
        order_id = sandbox.momo.payments()[-1]["orderId"]
        return lambda: sandbox.momo.play(order_id)
    intent = sandbox.intents()[0]["id"]
    sandbox.take_webhooks()
    return lambda: sandbox.pay(intent)


@pytest.mark.parametrize("provider", PAID)
def test_what_is_told_may_come_late(sandbox: Sandbox, provider: str):
    pay = begin(sandbox, provider, "G-1")
    sandbox.fault(TELLING[provider], "late", provider=provider, seconds=600)
    pay()
    before = taken(sandbox, provider, due=True)
    sandbox.advance(601)
    assert (before, len(taken(sandbox, provider, due=True))) == ([], 2 if provider == "stripe" else 1)


@pytest.mark.parametrize("provider", PAID)
def test_what_is_told_may_be_overtaken(sandbox: Sandbox, provider: str):
    first, second = begin(sandbox, provider, "G-1"), begin(sandbox, provider, "G-2")
    sandbox.fault(TELLING[provider], "reordered", provider=provider)
    first()
    nothing = taken(sandbox, provider, due=True)
    second()
    soon = taken(sandbox, provider, due=True)
    sandbox.advance(6)
    later = taken(sandbox, provider, due=True)
    count = 2 if provider == "stripe" else 1
    assert (nothing, len(soon), len(later)) == ([], count, count)


def test_the_events_of_one_call_come_backwards(sandbox: Sandbox):
    pay = begin(sandbox, "stripe", "G-1")
    sandbox.fault("confirm", "reordered")
    pay()
    kinds = [json.loads(webhook["body"])["type"] for webhook in sandbox.take_webhooks()]
    assert kinds == ["payment_intent.amount_capturable_updated", "charge.succeeded"]


# --- magic amounts ------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def magic_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    log: Path = tmp_path_factory.mktemp("magic") / "sandbox.log"
    with running(log, magic=True) as sandbox:
        yield sandbox


@pytest.fixture
def magic(magic_process: Sandbox) -> Sandbox:
    """A sandbox where amounts count, and what is told waits."""
    magic_process.forget()
    magic_process.momo.knobs(hold=True)
    magic_process.bank.knobs(hold=True)
    return magic_process


#: All but the one that takes 25 seconds.
SOON = {suffix: kind for suffix, kind in MAGIC.items() if kind != "latency"}


@pytest.mark.parametrize(("suffix", "kind"), [(s, kind) for s, kind in SOON.items() if kind in ANSWERS])
@pytest.mark.parametrize("provider", ["stripe", "momo"])
def test_an_amount_asks_for_a_fault_once(magic: Sandbox, provider: str, suffix: int, kind: str):
    seen = [CALLS[provider](magic, 125_000 + suffix)[0] for _ in range(2)]
    assert seen == [SEEN[kind][0], 200]


def test_a_transfer_asks_for_a_fault_of_the_next_statement(magic: Sandbox):
    magic.bank.transfer(125_905)
    assert [read_statement(magic, 0)[0] for _ in range(2)] == [500, 200]


@pytest.mark.parametrize(("provider", "kind"), [pair for pair in EVERYWHERE if pair[1] in HAPPENED])
def test_an_amount_asks_for_what_is_told(magic: Sandbox, provider: str, kind: str):
    [suffix] = [suffix for suffix, named in MAGIC.items() if named == kind]
    told = PAID[provider](magic, 125_000 + suffix)
    shifted = Told([amount - suffix for amount in told.amounts], told.currencies, told.genuine)
    assert HAPPENED[kind](shifted)


@pytest.mark.parametrize("provider", ["stripe", "momo"])
def test_without_magic_an_amount_is_an_amount(sandbox: Sandbox, provider: str):
    assert {CALLS[provider](sandbox, 125_000 + suffix, f"G-{suffix}")[0] for suffix in MAGIC} == {200}
