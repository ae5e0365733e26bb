"""The sandbox keeps MoMo's rules, as `shared/integrations/momo.md` and its vectors tell them."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.sandbox.momo.signatures import raw, signature
from tests.sandbox.momo_client import Merchant, genuine
from tests.sandbox.running import Sandbox

VECTORS = Path(__file__).resolve().parents[3] / "shared/integrations/vectors/vectors.json"
MESSAGES = {
    "momo_create": "create",
    "momo_create_response": "create_response",
    "momo_ipn_success": "ipn",
    "momo_ipn_user_refused": "ipn",
    "momo_query": "query",
    "momo_refund": "refund",
    "momo_confirm_capture": "confirm",
    "momo_confirm_cancel": "confirm",
}


@pytest.fixture
def merchant(sandbox: Sandbox) -> Merchant:
    return Merchant(sandbox.momo.url)


def ipns(sandbox: Sandbox) -> list[dict[str, Any]]:
    return [json.loads(notice["body"]) for notice in sandbox.momo.take_notices()]


def codes(told: list[dict[str, Any]]) -> list[Any]:
    return [ipn["resultCode"] for ipn in told]


def paid(sandbox: Sandbox, merchant: Merchant, **more: Any) -> int:
    """The transaction of a payment of 125,000 ₫."""
    merchant.create(**more)
    return int(sandbox.momo.play("G-1-P1")["transId"])


# --- signatures ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", MESSAGES)
def test_signatures_are_those_of_the_published_vectors(name: str):
    if not VECTORS.exists():
        pytest.skip("the folder of shared data is absent")
    vectors = json.loads(VECTORS.read_text())
    keys, vector = vectors["momo_keys"], vectors[name]
    fields = dict(pair.split("=", 1) for pair in vector["raw"].split("&"))
    text = raw(MESSAGES[name], fields, keys["accessKey"])
    assert (text, signature(text, keys["secretKey"])) == (vector["raw"], vector["signature"])


@pytest.mark.parametrize(
    "forged",
    [{"orderId": "G-2-P1"}, {"partnerCode": "MOMO"}, {"signature": "0" * 64}, {"accessKey": "x"}],
)
def test_what_is_not_signed_by_the_partner_is_refused(merchant: Merchant, forged: dict[str, Any]):
    answer = merchant.call("query", {"orderId": "G-1-P1"}, forged=forged)
    assert (answer["http"], answer["resultCode"]) == (400, 13)


def test_the_answer_of_a_create_is_signed(merchant: Merchant):
    answer = merchant.create()
    secret = "momo_secret_sandbox"
    assert answer["signature"] == signature(raw("create_response", answer, "momo_access_sandbox"), secret)


# --- formats and amounts ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "wrong",
    [
        {"orderId": "-G1"},
        {"orderId": "G 1"},
        {"orderId": "G" * 201},
        {"requestId": "r" * 51},
        {"orderInfo": "i" * 256},
        {"orderInfo": ""},
        {"extraData": "{not base64}"},
        {"extraData": None},
        {"ipnUrl": "http://shop/a b"},
        {"ipnUrl": "momo://shop"},
        {"requestType": "linkWallet"},
        {"amount": 125_000.5},
        {"amount": "125000.0"},
        {"amount": True},
        {"autoCapture": "false"},
    ],
)
def test_a_request_of_the_wrong_format_is_refused(sandbox: Sandbox, merchant: Merchant, wrong: dict[str, Any]):
    answer = merchant.create(**wrong)
    assert (answer["http"], answer["resultCode"], sandbox.momo.payments()) == (400, 20, [])


def test_a_body_that_is_no_object_is_refused(merchant: Merchant):
    assert [merchant.send("create", body)["resultCode"] for body in (b"", b"[]", b"{", b"\xff")] == [20] * 4


@pytest.mark.parametrize(
    ("amount", "kind", "code"),
    [
        (1_000, "captureWallet", 0),
        (50_000_000, "captureWallet", 0),
        ("125000", "captureWallet", 0),
        (999, "captureWallet", 22),
        (50_000_001, "captureWallet", 22),
        (0, "captureWallet", 21),
        (-1, "captureWallet", 21),
        (9_999, "payWithATM", 22),
        (10_000, "payWithATM", 0),
    ],
)
def test_amounts_are_within_their_range(merchant: Merchant, amount: Any, kind: str, code: int):
    answer = merchant.create(amount=amount, requestType=kind)
    assert (answer["http"], answer["resultCode"]) == (200, code)


@pytest.mark.parametrize(("ids", "code"), [(["a", "a"], 45), (["a", ""], 47), ([str(n) for n in range(51)], 47)])
def test_the_list_of_items_is_looked_at(merchant: Merchant, ids: list[str], code: int):
    assert merchant.create(items=[{"id": key, "name": "Rau"} for key in ids])["resultCode"] == code


# --- repetitions --------------------------------------------------------------------------------------------------
def test_the_same_order_id_is_taken_once(sandbox: Sandbox, merchant: Merchant):
    merchant.create()
    assert (merchant.create()["resultCode"], len(sandbox.momo.payments())) == (41, 1)


def test_the_same_request_id_for_something_else_is_refused(merchant: Merchant):
    merchant.create(requestId="r1")
    assert merchant.create("G-2-P1", requestId="r1")["resultCode"] == 40


def test_a_create_is_not_answered_again_while_its_payment_is_undecided(merchant: Merchant):
    merchant.create(requestId="r1")
    assert merchant.create(requestId="r1")["resultCode"] == 40


@pytest.mark.parametrize("decided", [True, False])
def test_a_create_is_answered_again_once_it_is_decided_or_where_momo_is_kind(
    sandbox: Sandbox, merchant: Merchant, decided: bool
):
    first = merchant.create(requestId="r1")
    if decided:
        sandbox.momo.play("G-1-P1", "refuse")
    else:
        sandbox.momo.knobs(repeat_create=True)
    assert merchant.create(requestId="r1") == first


def test_many_creates_at_once_are_one(sandbox: Sandbox, merchant: Merchant):
    sandbox.momo.knobs(repeat_create=True)
    with ThreadPoolExecutor(8) as pool:
        links = set(pool.map(lambda _: merchant.create(requestId="r1")["payUrl"], range(16)))
    assert (len(links), len(sandbox.momo.payments())) == (1, 1)


def test_what_was_refused_may_be_mended_under_the_same_ids(merchant: Merchant):
    merchant.create(amount=1, requestId="r1")
    assert merchant.create(amount=1_000, requestId="r1")["resultCode"] == 0


# --- the customer -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("approve", 0),
        ("insufficient", 1001),
        ("over_limit", 1004),
        ("expire", 1005),
        ("refuse", 1006),
        ("1007", 1007),
    ],
)
def test_the_customer_decides_and_a_query_tells(sandbox: Sandbox, merchant: Merchant, what: str, code: int):
    merchant.create()
    before = merchant.query()["resultCode"]
    sandbox.momo.play("G-1-P1", what)
    assert (before, merchant.query()["resultCode"]) == (1000, code)


def test_what_the_customer_decided_stays_so(sandbox: Sandbox, merchant: Merchant):
    merchant.create()
    decided = [sandbox.momo.play("G-1-P1", what)["resultCode"] for what in ("refuse", "approve")]
    assert decided == [1006, 1006]


def test_a_link_lives_for_fifteen_minutes(sandbox: Sandbox, merchant: Merchant):
    merchant.create()
    seen = []
    for seconds in (890, 11):
        sandbox.advance(seconds)
        seen.append(merchant.query()["resultCode"])
    assert (seen, sandbox.momo.play("G-1-P1")["resultCode"], ipns(sandbox)) == ([1000, 1005], 1005, [])


def test_a_slow_bank_goes_from_1000_over_7002_to_0(sandbox: Sandbox, merchant: Merchant):
    merchant.create()
    sandbox.momo.play("G-1-P1", "slow")
    seen = [merchant.query()["resultCode"]]
    for seconds in (31, 60):
        sandbox.advance(seconds)
        seen.append(merchant.query()["resultCode"])
    assert (seen, codes(ipns(sandbox))) == ([1000, 7002, 0], [7002, 0])


def test_an_unknown_order_is_not_found(merchant: Merchant):
    assert merchant.query("G-9-P1")["resultCode"] == 42


# --- what the shop is told ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(("what", "code"), [("approve", 0), ("refuse", 1006)])
def test_the_decision_is_told_signed(sandbox: Sandbox, merchant: Merchant, what: str, code: int):
    merchant.create(extraData="e30=")
    sandbox.momo.play("G-1-P1", what)
    [told] = ipns(sandbox)
    names = ("orderId", "amount", "resultCode", "extraData", "payType")
    assert ([told[name] for name in names], genuine(told)) == (["G-1-P1", 125_000, code, "e30=", "webApp"], True)


def test_the_customer_comes_back_with_the_same_words(sandbox: Sandbox, merchant: Merchant):
    merchant.create(redirectUrl="http://127.0.0.1:9/return?lang=vi")
    address = urlsplit(sandbox.momo.play("G-1-P1")["redirect"])
    fields = dict(parse_qsl(address.query, keep_blank_values=True))
    assert (address.path, fields["lang"], fields["resultCode"], genuine(fields)) == ("/return", "vi", "0", True)


# --- holds --------------------------------------------------------------------------------------------------------
def held(sandbox: Sandbox, merchant: Merchant) -> None:
    merchant.create(autoCapture=False)
    sandbox.momo.play("G-1-P1")


def test_without_capture_money_is_held(sandbox: Sandbox, merchant: Merchant):
    held(sandbox, merchant)
    assert (merchant.query()["resultCode"], codes(ipns(sandbox))) == (9000, [9000])


@pytest.mark.parametrize(("what", "code"), [("capture", 0), ("cancel", 1017)])
def test_a_hold_is_captured_or_cancelled_whole(sandbox: Sandbox, merchant: Merchant, what: str, code: int):
    held(sandbox, merchant)
    answer = merchant.confirm(what)
    assert (answer["resultCode"], answer["requestType"], merchant.query()["resultCode"]) == (0, what, code)


@pytest.mark.parametrize("amount", [124_999, 125_001])
def test_a_hold_is_not_captured_in_part(sandbox: Sandbox, merchant: Merchant, amount: int):
    held(sandbox, merchant)
    assert (merchant.confirm("capture", amount)["resultCode"], merchant.query()["resultCode"]) == (22, 9000)


@pytest.mark.parametrize("end", ["capture", "cancel"])
def test_after_its_end_a_hold_is_not_there(sandbox: Sandbox, merchant: Merchant, end: str):
    held(sandbox, merchant)
    merchant.confirm(end)
    assert [merchant.confirm(what)["resultCode"] for what in ("capture", "cancel")] == [42, 42]


def test_a_confirm_that_is_repeated_is_answered_again(sandbox: Sandbox, merchant: Merchant):
    held(sandbox, merchant)
    assert merchant.confirm("capture", requestId="c1") == merchant.confirm("capture", requestId="c1")


def test_what_nobody_captures_momo_lets_go(sandbox: Sandbox, merchant: Merchant):
    held(sandbox, merchant)
    sandbox.momo.play("G-1-P1", "let_go")
    assert (merchant.query()["resultCode"], codes(ipns(sandbox))) == (1003, [9000, 1003])


@pytest.mark.parametrize("auto", [True, False])
def test_what_is_not_held_is_not_captured(merchant: Merchant, auto: bool):
    merchant.create(autoCapture=auto)
    assert merchant.confirm("capture")["resultCode"] == 42


# --- refunds ------------------------------------------------------------------------------------------------------
def test_refunds_come_in_parts_until_nothing_is_left(sandbox: Sandbox, merchant: Merchant):
    transaction = paid(sandbox, merchant)
    parts = [(100_000, "R1"), (25_001, "R2"), (25_000, "R3"), (1_000, "R4")]
    answers = [merchant.refund(transaction, amount, key)["resultCode"] for amount, key in parts]
    assert answers == [0, 1081, 0, 1081]


def test_a_refund_is_found_by_its_own_id_and_with_its_payment(sandbox: Sandbox, merchant: Merchant):
    transaction = paid(sandbox, merchant)
    merchant.refund(transaction, 25_000)
    own, listed = merchant.query("G-1-R1"), merchant.query()["refundTrans"]
    assert (own["resultCode"], own["amount"], [(r["orderId"], r["amount"], r["resultCode"]) for r in listed]) == (
        0,
        25_000,
        [("G-1-R1", 25_000, 0)],
    )


def test_a_refund_has_an_id_of_its_own(sandbox: Sandbox, merchant: Merchant):
    transaction = paid(sandbox, merchant)
    merchant.refund(transaction, 1_000, "R1")
    assert [merchant.refund(transaction, 1_000, key)["resultCode"] for key in ("G-1-P1", "R1")] == [41, 41]


@pytest.mark.parametrize(("amount", "code"), [(25_000, 0), (125_001, 1081)])
def test_a_refund_that_is_repeated_is_answered_again(sandbox: Sandbox, merchant: Merchant, amount: int, code: int):
    transaction = paid(sandbox, merchant)
    answers = [merchant.refund(transaction, amount, requestId="f1")["resultCode"] for _ in range(2)]
    assert (answers, len(sandbox.momo.refunds())) == ([code, code], 1)


@pytest.mark.parametrize(("amount", "code"), [(999, 22), (0, 21), (50_000_001, 22)])
def test_a_refund_is_within_its_range(sandbox: Sandbox, merchant: Merchant, amount: int, code: int):
    assert merchant.refund(paid(sandbox, merchant), amount)["resultCode"] == code


def test_what_is_only_held_is_not_refunded(sandbox: Sandbox, merchant: Merchant):
    transaction = paid(sandbox, merchant, autoCapture=False)
    assert merchant.refund(transaction, 1_000)["resultCode"] == 1088


def test_some_ways_of_paying_are_not_refunded(sandbox: Sandbox, merchant: Merchant):
    merchant.create()
    transaction = sandbox.momo.play("G-1-P1", "approve_by_bank")["transId"]
    assert merchant.refund(transaction, 1_000)["resultCode"] == 1088


def test_many_refunds_at_once_are_not_more_than_was_paid(sandbox: Sandbox, merchant: Merchant):
    transaction = paid(sandbox, merchant)

    def one(number: int) -> int:
        return int(merchant.refund(transaction, 25_000, f"G-1-R{number}")["resultCode"])

    with ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(one, range(8)))
    assert codes == [0] * 5 + [1081] * 3


def test_an_unknown_transaction_is_not_refunded(merchant: Merchant):
    assert merchant.refund(4_088_999_999, 1_000)["resultCode"] == 42


def test_one_refund_at_a_time(sandbox: Sandbox, merchant: Merchant):
    transaction = paid(sandbox, merchant)
    sandbox.momo.knobs(refund_seconds=60.0)
    first = merchant.refund(transaction, 1_000, "R1", requestId="f1")["resultCode"]
    meanwhile = [
        merchant.refund(transaction, 1_000, "R2")["resultCode"],
        merchant.refund(transaction, 1_000, "R1", requestId="f1")["resultCode"],
    ]
    sandbox.advance(61)
    assert (first, meanwhile, merchant.query("R1")["resultCode"]) == (7002, [43, 40], 0)
    assert merchant.refund(transaction, 1_000, "R1", requestId="f1")["resultCode"] == 0
