"""How MoMo is spoken to: its signatures, its codes, its notices."""

from __future__ import annotations

import hashlib
import hmac
import json
import unicodedata
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grocery.payments.contracts import PaymentState, RefundState
from grocery.payments.gateways import momo_codes
from grocery.payments.gateways.momo import MomoProvider
from grocery.payments.gateways.momo_wire import SIGNED, Wire
from grocery.payments.gateways.provider import NotSigned, OutcomeUnknown
from tests.payments.stripe_signing import VECTORS, shared

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
MESSAGES = {
    "momo_create": "create",
    "momo_create_response": "created",
    "momo_ipn_success": "ipn",
    "momo_ipn_user_refused": "ipn",
    "momo_query": "query",
    "momo_refund": "refund",
    "momo_confirm_capture": "confirm",
    "momo_confirm_cancel": "confirm",
}


def wire(partner: str = "MOMOTEST01", secret: str = "TESTSECRETKEY0123456789abcdefABCD") -> Wire:
    return Wire(
        api_url="http://127.0.0.1:9",
        partner_code=partner,
        access_key="TESTACCESSKEY01",
        secret_key=secret,
        timeouts=(1.0, 1.0),
    )


def momo(**keys: str) -> MomoProvider:
    return MomoProvider(wire(**keys), ipn_url="https://shop.example.vn/hooks/momo/ipn")


def fields_of(raw: str) -> dict[str, Any]:
    """What was signed; numbers as MoMo sends them."""
    fields: dict[str, Any] = dict(pair.split("=", 1) for pair in raw.split("&"))
    numbers = {"amount", "transId", "resultCode", "responseTime"} & fields.keys()
    return {**fields, **{name: int(fields[name]) for name in numbers}}


def ipn(case: str = "momo_ipn_success", **changed: Any) -> dict[str, Any]:
    vector = shared(VECTORS)[case]
    return fields_of(vector["raw"]) | {"signature": vector["signature"]} | changed


def read(notice: dict[str, Any], provider: MomoProvider | None = None) -> Any:
    body = json.dumps(notice, ensure_ascii=False).encode()
    return (provider or momo()).read_webhook(body=body, headers={}, now=NOW)


@pytest.mark.parametrize("case", MESSAGES)
def test_we_sign_as_the_vectors_say(case: str):
    vector = shared(VECTORS)[case]
    assert wire().signature(MESSAGES[case], fields_of(vector["raw"])) == vector["signature"]


@pytest.mark.parametrize("message", SIGNED)
def test_what_is_signed_is_in_alphabetical_order(message: str):
    assert list(SIGNED[message]) == sorted(SIGNED[message])


@given(st.text(max_size=60).map(lambda text: unicodedata.normalize("NFC", text)), st.integers(0, 10**12))
def test_any_text_is_signed_as_it_is_sent(message: str, amount: int):
    fields = dict.fromkeys(SIGNED["ipn"], "") | {"message": message, "amount": amount}
    text = "&".join(f"{name}={({**fields, 'accessKey': 'TESTACCESSKEY01'})[name]}" for name in sorted(SIGNED["ipn"]))
    key = b"TESTSECRETKEY0123456789abcdefABCD"
    expected = hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
    assert wire().signature("ipn", fields) == expected


@pytest.mark.parametrize("case", ["momo_ipn_success", "momo_ipn_user_refused"])
@pytest.mark.parametrize("kind", [int, str])
def test_a_notice_is_read_with_its_amount_as_number_or_text(case: str, kind: type):
    sent = ipn(case)
    notice = read(sent | {"amount": kind(sent["amount"])})
    assert (notice.reference, notice.kind) == ("G261120-0001-P1", f"ipn.{sent['resultCode']}")


def test_fields_that_are_not_signed_do_not_matter_and_are_not_kept():
    notice = read(ipn(paymentOption="momo", newIn2027={"a": [1]}, partnerUserId="0903123456"))
    assert set(notice.body) == set(SIGNED["ipn"]) - {"accessKey"}


def test_the_same_word_again_is_the_same_notice_and_another_is_not():
    names = {read(ipn()).event_id, read(ipn()).event_id, read(ipn("momo_ipn_user_refused")).event_id}
    assert (len(names), max(map(len, names))) == (2, 64)


@pytest.mark.parametrize(
    "changed",
    [
        {"amount": 125_001},
        {"resultCode": 9000},
        {"orderId": "G261120-0002-P1"},
        {"message": "Successful"},
        {"partnerCode": "MOMOTEST02"},
        {"signature": "0" * 64},
        {"signature": ipn()["signature"].upper()},
        {"signature": "é"},
        {"signature": None},
        {"signature": 7},
        {"extraData": "\ud800"},
    ],
    ids=str,
)
def test_a_notice_that_momo_did_not_sign_is_refused(changed: dict[str, Any]):
    with pytest.raises(NotSigned):
        momo().read_webhook(body=json.dumps(ipn(**changed)).encode(), headers={}, now=NOW)


@pytest.mark.parametrize("missing", SIGNED["ipn"][1:])
def test_a_notice_without_a_signed_field_is_refused(missing: str):
    with pytest.raises(NotSigned):
        read({name: value for name, value in ipn().items() if name != missing})


@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b"7", b"null", b"{}", b"[" * 10_000])
def test_a_body_that_is_no_notice_is_refused(body: bytes):
    with pytest.raises(NotSigned):
        momo().read_webhook(body=body, headers={}, now=NOW)


def test_without_a_key_of_ours_nothing_is_signed():
    unset = momo(secret="")
    sent = ipn()
    with pytest.raises(NotSigned):
        read(sent | {"signature": wire(secret="").signature("ipn", sent)}, unset)


def test_its_keys_are_not_shown_when_it_is_printed():
    assert "TEST" not in repr(momo()) + repr(wire())


# --- result codes ---------------------------------------------------------------------------------------------------
FINAL = [0, 98, 99, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1017, 1026, 1080, 1081, 1088, 2019, 4001, 4002, 4100]
NOT_FINAL = [9000, 1000, 7000, 7002, 8000, 10, 11, 12, 13, 20, 21, 22, 40, 41, 42, 43, 45, 47]


def said(code: int) -> str:
    answer = {"resultCode": code, "orderId": "x", "amount": 125_000}
    try:
        return momo_codes.observe(answer).state.value
    except OutcomeUnknown as unknown:
        return f"unknown: {unknown.code}"


@pytest.mark.parametrize("code", FINAL)
def test_a_final_code_decides(code: int):
    assert said(code) == (PaymentState.FAILED if code else PaymentState.CAPTURED)


@pytest.mark.parametrize("code", NOT_FINAL)
def test_a_code_that_is_not_final_is_never_a_failure(code: int):
    waits = {9000: "authorised", **dict.fromkeys([1000, 7000, 7002, 8000], "pending")}
    assert said(code) == waits.get(code, f"unknown: {code}")


@pytest.mark.parametrize(("code", "state"), [(0, "succeeded"), (7002, "pending"), (1080, "owed"), (1088, "owed")])
def test_a_refund_stands_where_its_code_says(code: int, state: str):
    seen = momo_codes.observe_refund({"resultCode": code, "orderId": "made-by-hand", "amount": 25_000})
    assert (seen.state, seen.call_id) == (RefundState(state), None)


def test_a_code_that_nobody_told_us_of_decides_nothing():
    assert said(31_337) == "unknown: 31337"
