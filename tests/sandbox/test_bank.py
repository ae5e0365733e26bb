"""The bank: VietQR scanned, transfers told and signed, and the statement for whoever was not told."""

from __future__ import annotations

import csv
import hashlib
import hmac
import json
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.bank.vietqr import Scanned, crc, scan
from tests.sandbox.listener import Listener
from tests.sandbox.running import Refused, Sandbox

VECTORS = Path(__file__).resolve().parents[3] / "shared/integrations/vectors/vectors.json"
#: Printed in the README of github.com/subiz/vietqr.
SUBIZ = (
    "00020101021238570010A00000072701270006970415011300110019324180208QRIBFTTA530370454061200005802VN"
    "62170813ung ho lu lut6304C15C"
)
#: For the sandbox's own account.
OURS = (
    "00020101021238540010A00000072701240006970436011001234567890208QRIBFTTA530370454061250005802VN"
    "62170813G2611200001P16304490A"
)


def notices(sandbox: Sandbox) -> list[dict[str, Any]]:
    return [json.loads(notice["body"]) for notice in sandbox.bank.take_notices()]


def genuine(notice: dict[str, Any], secret: str = "bank_secret_sandbox") -> bool:
    """As the README says it is signed."""
    parts = notice["headers"]["X-Bank-Signature"].split(",")
    stamp = parts[0].removeprefix("t=")
    expected = hmac.new(secret.encode(), f"{stamp}.{notice['body']}".encode(), hashlib.sha256).hexdigest()
    return f"v1={expected}" in parts[1:]


# --- VietQR -------------------------------------------------------------------------------------------------------
def test_the_checksum_is_the_published_one():
    assert crc("123456789") == "29B1"


def test_a_published_code_is_read():
    assert scan(SUBIZ) == Scanned("970415", "0011001932418", 120_000, "ung ho lu lut")


def test_codes_are_those_of_the_vectors():
    if not VECTORS.exists():
        pytest.skip("the folder of shared data is absent")
    vectors = json.loads(VECTORS.read_text())
    assert [scan(vectors[name]) for name in ("vietqr_dynamic", "vietqr_static")] == [
        Scanned("970436", "0123456789", 125_000, "G2611200001P1"),
        Scanned("970436", "0123456789", 0, ""),
    ]


def summed(text: str) -> str:
    """With a checksum that is right."""
    return text[:-4] + crc(text[:-4])


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (OURS[:-1] + "B", "checksum"),
        (OURS.replace("125000", "125001"), "checksum"),
        (OURS[:-8], "no checksum"),
        (OURS.lower(), "checksum"),
        ("", "no checksum"),
        (summed(OURS.replace("A000000727", "A000000728")), "not a transfer"),
        (summed(OURS.replace("QRIBFTTA", "QRPUSHXX")), "not a transfer"),
        (summed(OURS.replace("5303704", "5303840")), "currency"),
        (summed(OURS.replace("5802VN", "5802TH")), "country"),
        (summed(OURS.replace("010212", "010222")), "initiation"),
        (summed(OURS.replace("000201", "000202", 1)), "version"),
        (summed(OURS.replace("5406125000", "540612.500")), "amount"),
        (summed(OURS.replace("5406125000", "5499125000")), "cut short"),
        (summed(OURS.replace("5303704", "53037045303704")), "twice"),
        (summed(OURS.replace("0006970436", "00069704AB")), "no bank"),
        (OURS.replace("G261", "Đ261"), "ASCII"),
    ],
)
def test_what_an_app_would_not_take_is_refused_with_the_reason(code: str, why: str):
    with pytest.raises(ValueError, match=why):
        scan(code)


# --- transfers ----------------------------------------------------------------------------------------------------
def test_a_transfer_is_told_signed(sandbox: Sandbox):
    booked = sandbox.bank.transfer(125_000, "g2611200001p1 cam on", payer="TRAN VAN BA", payer_account="111222")
    [notice] = sandbox.bank.take_notices()
    told = json.loads(notice["body"])
    assert (told["type"], told["data"], genuine(notice)) == ("transfer.received", booked, True)
    assert (booked["amount"], booked["currency"], booked["memo"], booked["payer"]) == (
        125_000,
        "VND",
        "g2611200001p1 cam on",
        {"name": "TRAN VAN BA", "account": "111222"},
    )


def test_two_secrets_sign_while_one_is_rolled(sandbox: Sandbox):
    sandbox.bank.send_notices_to("", secrets=("old", "new"))
    sandbox.bank.transfer(125_000)
    [notice] = sandbox.bank.take_notices()
    sandbox.bank.send_notices_to("")
    assert [genuine(notice, secret) for secret in ("old", "new", "other")] == [True, True, False]


def test_a_code_is_scanned_and_paid(sandbox: Sandbox):
    booked = sandbox.bank.scan(OURS)
    assert (booked["amount"], booked["memo"], len(notices(sandbox))) == (125_000, "G2611200001P1", 1)


def test_a_customer_may_change_what_the_code_asks_for(sandbox: Sandbox):
    booked = sandbox.bank.scan(OURS, amount=120_000, memo="")
    assert (booked["amount"], booked["memo"]) == (120_000, "")


def test_another_account_is_nobodys_business(sandbox: Sandbox):
    sandbox.bank.scan(SUBIZ)
    assert (notices(sandbox), statement(sandbox)["transactions"], len(sandbox.bank.transfers())) == ([], [], 1)


@pytest.mark.parametrize(
    ("way", "memo"),
    [
        ("as_typed", "Đơn G2611200001P1"),
        ("wrapped", "MBVCB.6123456789.DON G2611200001P1.CT tu 0987654321 toi 0123456789"),
        ("truncated", "Đơn G261"),
        ("changed", "Đơn G26112 OOOO1P1"),
        ("lost", ""),
    ],
)
def test_banks_make_of_a_memo_what_they_like(sandbox: Sandbox, way: str, memo: str):
    booked = sandbox.bank.transfer(125_000, "Đơn G2611200001P1", memo_as=way)
    [told] = notices(sandbox)
    assert (booked["memo"], told["data"]["memo"]) == (memo, memo)


def test_the_knob_is_for_all_memos(sandbox: Sandbox):
    sandbox.bank.knobs(memo_as="lost")
    assert sandbox.bank.scan(OURS)["memo"] == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": 0},
        {"amount": -1},
        {"amount": 125_000.5},
        {"amount": "125000"},
        {"amount": True},
        {"amount": 500_000_000},
        {"memo": "m" * 211},
        {"memo": 7},
        {"memo_as": "sung"},
        {"qr": "0002"},
        {"colour": "red"},
    ],
)
def test_what_is_no_transfer_is_refused(sandbox: Sandbox, wrong: dict[str, Any]):
    with pytest.raises(Refused) as refusal:
        sandbox.post("/_/bank/transfers", {"amount": 125_000, "memo": "G1", **wrong})
    assert (refusal.value.status, sandbox.bank.transfers()) == (400, [])


# --- knobs --------------------------------------------------------------------------------------------------------
def test_a_notice_may_come_twice_with_one_id_or_with_two(sandbox: Sandbox):
    sandbox.bank.knobs(duplicates=1)
    sandbox.bank.transfer(125_000)
    same = notices(sandbox)
    sandbox.bank.knobs(new_ids=True)
    sandbox.bank.transfer(125_000)
    other = notices(sandbox)
    assert [len({n["id"] for n in same}), len({n["id"] for n in other})] == [1, 2]
    assert [len({n["data"]["transaction"] for n in told}) for told in (same, other)] == [1, 1]


def test_a_notice_may_never_come(sandbox: Sandbox):
    sandbox.bank.knobs(never=True)
    sandbox.bank.transfer(125_000)
    assert (notices(sandbox), len(statement(sandbox)["transactions"])) == ([], 1)


def test_the_later_transfer_may_be_told_first(sandbox: Sandbox):
    sandbox.bank.knobs(reordered=1)
    for amount in (1_000, 2_000):
        sandbox.bank.transfer(amount)
    assert [notice["data"]["amount"] for notice in notices(sandbox)] == [2_000, 1_000]


def test_a_signature_may_be_anothers_or_old(sandbox: Sandbox):
    sandbox.bank.knobs(bad_signature=1, stale=1)
    sandbox.bank.transfer(125_000)
    [bad] = sandbox.bank.take_notices()
    sandbox.bank.transfer(125_000)
    [good] = sandbox.bank.take_notices()
    ages = [int(n["headers"]["X-Bank-Signature"].split(",")[0][2:]) for n in (bad, good)]
    assert (genuine(bad), genuine(good), ages[1] - ages[0] >= 600) == (False, True, True)


def test_amount_and_currency_may_be_told_wrongly_and_signed(sandbox: Sandbox):
    sandbox.bank.knobs(wrong_amount=1, wrong_currency=1)
    booked = sandbox.bank.transfer(125_000)
    [notice] = sandbox.bank.take_notices()
    told = json.loads(notice["body"])["data"]
    assert (told["amount"], told["currency"], genuine(notice)) == (126_000, "USD", True)
    assert statement(sandbox)["transactions"] == [booked]


def test_a_refused_notice_comes_again(sandbox: Sandbox):
    with Listener() as shop:
        sandbox.bank.send_notices_to(shop.url)
        sandbox.bank.knobs(hold=False)
        sandbox.bank.transfer(125_000)
        sandbox.advance(3)
        got = shop.wait_for(1)
        sandbox.advance(3)
        got = shop.wait_for(2)
        sandbox.bank.send_notices_to("")
    assert got == [got[0]] * 2


# --- the statement ------------------------------------------------------------------------------------------------
def ask(sandbox: Sandbox, query: str = "", key: str = "bank_key_sandbox") -> Any:
    headers = {"Authorization": f"Bearer {key}"}
    return urllib.request.urlopen(
        urllib.request.Request(f"{sandbox.bank.url}/v1/statement{query}", headers=headers), timeout=5
    )


def statement(sandbox: Sandbox, query: str = "") -> Any:
    with ask(sandbox, query) as answer:
        return json.loads(answer.read())


def test_the_statement_adds_up_day_by_day(sandbox: Sandbox):
    sandbox.bank.transfer(125_000, "one")
    first = statement(sandbox)
    sandbox.advance(86_400)
    sandbox.bank.transfer(1_000, "two")
    second = statement(sandbox)
    assert statement(sandbox, f"?day={first['day']}") == first
    assert [t["memo"] for t in second["transactions"]] == ["two"]
    assert (first["closing_balance"], second["closing_balance"] - second["opening_balance"]) == (
        second["opening_balance"],
        1_000,
    )


def test_the_statement_is_a_spreadsheet_too(sandbox: Sandbox):
    booked = sandbox.bank.transfer(125_000, 'Đơn "G1", cảm ơn')
    with ask(sandbox, "?format=csv") as answer:
        raw = answer.read()
    [line] = csv.DictReader(raw.decode("utf-8-sig").splitlines())
    assert (raw[:3], line["transaction"], line["amount"], line["memo"], line["payer_name"]) == (
        b"\xef\xbb\xbf",
        booked["transaction"],
        "125000",
        'Đơn "G1", cảm ơn',
        "NGUYEN THI LAN",
    )


@pytest.mark.parametrize(("query", "key", "status"), [("", "guessed", 401), ("?day=21/11/2026", "", 400)])
def test_the_statement_is_for_those_who_ask_properly(sandbox: Sandbox, query: str, key: str, status: int):
    with pytest.raises(urllib.error.HTTPError) as refusal:
        ask(sandbox, query, key or "bank_key_sandbox")
    with refusal.value as answer:
        assert answer.code == status


# --- the customer's app -------------------------------------------------------------------------------------------
def read(url: str, form: dict[str, str] | None = None) -> str:
    data = urllib.parse.urlencode(form).encode() if form is not None else None
    with urllib.request.urlopen(url, data, timeout=5) as answer:
        return str(answer.read().decode())


def test_the_page_shows_what_a_code_asks_for(sandbox: Sandbox):
    page = read(f"{sandbox.bank.url}/?{urllib.parse.urlencode({'qr': OURS})}")
    assert all(text in page for text in ("970436 · 0123456789", "CONG TY GROCERY", 'value="125000"', "G2611200001P1"))


def test_one_click_transfers(sandbox: Sandbox):
    page = read(f"{sandbox.bank.url}/pay", {"qr": OURS, "amount": "125.000", "memo": "G2611200001P1"})
    [told] = notices(sandbox)
    assert ("125.000 VND" in page, told["data"]["amount"], told["data"]["memo"]) == (True, 125_000, "G2611200001P1")


@pytest.mark.parametrize("form", [{"qr": "<b>0002</b>", "amount": "1"}, {"qr": OURS, "amount": "much"}])
def test_a_page_that_cannot_transfer_says_why(sandbox: Sandbox, form: dict[str, str]):
    page = read(f"{sandbox.bank.url}/pay", form)
    assert ('role="alert"' in page, "<b>0002</b>" in page, sandbox.bank.transfers()) == (True, False, [])
