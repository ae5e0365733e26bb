"""Money that arrives is told by the bank: signed, lately, once; it pays what its memo names or waits for somebody."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from grocery.kernel.errors import DomainError
from grocery.kernel.ids import new_id
from grocery.kernel.models import OutboxEvent
from grocery.kernel.money import dong
from grocery.payments import public as payments
from grocery.payments.contracts import Method
from grocery.payments.models import IncomingTransfer, ProviderNotice
from grocery.payments.policies.transfers import clean
from grocery.payments.services.apply_notice import apply_notice
from tests.payments.conftest import BASKET, COMMITTED, Till
from tests.sandbox.bank.notices import signature

pytestmark = COMMITTED
NAUGHTY = Path(__file__).parents[3] / "shared/data/naughty_strings/blns_first_half.json"
SECRETS = ("bank_secret_sandbox", "the_one_before")


@pytest.fixture(autouse=True)
def offered(settings: Any) -> None:
    settings.PAYMENT_METHODS = ("bank_transfer",)
    settings.BANK_BIN, settings.BANK_ACCOUNT, settings.BANK_ACCOUNT_HOLDER = "970436", "0123456789", "CTY GROCERY"
    settings.BANK_NOTICE_SECRETS = SECRETS


def transfer(memo: str, amount: Any = BASKET.minor, reference: str = "FT1", **other: Any) -> dict[str, Any]:
    return {
        "transaction": reference,
        "bin": "970436",
        "account": "0123456789",
        "amount": amount,
        "currency": "VND",
        "memo": memo,
        "payer": {"name": "TRAN VAN BA", "account": "0987654321"},
        "booked_at": "2026-11-21T15:04:05+07:00",
    } | other


def tell(till: Till, told: dict[str, Any], *, secret: str = SECRETS[0], signed_ago: int = 0) -> None:
    """The bank tells us of this transfer, in a notice of its own, and we act upon it."""
    body = json.dumps({"id": str(new_id()), "type": "transfer.received", "created": 1, "data": told}).encode()
    signed = signature(body, [secret], int(till.now.timestamp()) - signed_ago)
    take(body, signed, till)


def take(body: bytes, signed: str, till: Till) -> None:
    """The notice comes in, and whoever works them off gets to it."""
    payments.take_webhook(provider="bank", body=body, headers={"x-bank-signature": signed}, now=till.now)
    event_id = hashlib.sha256(body).hexdigest()
    for notice in ProviderNotice.objects.filter(event_id=event_id, outcome=""):
        apply_notice(notice_id=notice.id, now=till.now)


def memo_of(till: Till, order_id: UUID, number: int = 0) -> str:
    return till.payment(order_id, number).memo


def queue() -> list[tuple[str, str]]:
    """What waits for a person, and why."""
    return [(transfer.reference, transfer.oddity) for transfer in IncomingTransfer.objects.open()]


def owed(order_id: UUID) -> list[int]:
    return [refund.amount.minor for refund in payments.payment(order_id=order_id).refunds]


def test_the_customer_is_told_what_to_send(till: Till):
    order_id = till.open(BASKET, Method.BANK_TRANSFER)
    step = payments.begin_authorisation(order_id=order_id, now=till.now).step
    assert isinstance(step, payments.TransferTo)
    assert (step.bank, step.account, step.amount) == ("Vietcombank", "0123456789", BASKET)
    till.sandbox.bank.scan(step.qr)
    [notice] = till.sandbox.bank.take_notices()
    take(notice["body"].encode(), notice["headers"]["X-Bank-Signature"], till)
    assert (till.state(order_id), queue()) == ("captured", [])


def test_a_top_up_has_a_memo_of_its_own(till: Till):
    order_id = till.open(BASKET, Method.BANK_TRANSFER)
    tell(till, transfer(memo_of(till, order_id)))
    till.raise_to(order_id, dong(400_000))
    step = payments.begin_authorisation(order_id=order_id, now=till.now).step
    assert isinstance(step, payments.TransferTo)
    assert (step.amount, step.memo == memo_of(till, order_id)) == (dong(55_000), False)
    tell(till, transfer(step.memo, 55_000, "FT2"))
    assert payments.payment(order_id=order_id).captured == dong(400_000)


@pytest.mark.parametrize(("off_by", "why"), [(-1, "less"), (1, "more"), (1 - BASKET.minor, "less"), (10**14, "more")])
def test_another_amount_waits_for_somebody(till: Till, off_by: int, why: str):
    order_id = till.open(BASKET, Method.BANK_TRANSFER)
    tell(till, transfer(memo_of(till, order_id), BASKET.minor + off_by))
    assert (till.state(order_id), queue()) == ("pending", [("FT1", why)])


def test_who_pays_twice_waits_for_somebody(till: Till):
    order_id = till.open(BASKET, Method.BANK_TRANSFER)
    for reference in ("FT1", "FT2", "FT2"):
        tell(till, transfer(memo_of(till, order_id), reference=reference))
    assert (till.facts(order_id), queue()) == (["PaymentAuthorised"], [("FT2", "twice")])


def test_money_for_an_order_that_is_off_goes_back_and_its_customer_hears_of_it(till: Till):
    order_id = till.open(BASKET, Method.BANK_TRANSFER)
    till.cancel(order_id)
    tell(till, transfer(memo_of(till, order_id), 5_000, "FT2"))
    tell(till, transfer(memo_of(till, order_id)))
    assert (owed(order_id), queue()) == ([BASKET.minor], [("FT2", "order_off")])
    assert till.events(order_id).count("TransferCameLate") == 1


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"memo": "tien hang"}, "unknown_memo"),
        ({"memo": None}, "unknown_memo"),
        ({"currency": "USD"}, "other_currency"),
        ({"account": "999"}, "other_account"),
    ],
)
def test_what_fits_nothing_waits_for_somebody(till: Till, told: dict[str, Any], why: str):
    order_id = till.open(BASKET, Method.BANK_TRANSFER)
    tell(till, transfer(memo_of(till, order_id)) | told)
    assert (till.state(order_id), queue()) == ("pending", [("FT1", why)])


def test_a_memo_with_a_wrong_sign_is_said_to_be_mistyped(till: Till):
    code = memo_of(till, till.open(BASKET, Method.BANK_TRANSFER))
    tell(till, transfer(("4" if code[0] == "3" else "3") + code[1:]))
    assert queue() == [("FT1", "mistyped_memo")]


def test_two_orders_in_one_transfer_wait_for_somebody(till: Till):
    one, other = (till.open(BASKET, Method.BANK_TRANSFER) for _ in range(2))
    tell(till, transfer(f"{memo_of(till, one)} {memo_of(till, other)}", 2 * BASKET.minor))
    assert queue() == [("FT1", "several_memos")]


def test_one_reference_with_two_amounts_is_noticed(till: Till):
    order_id = till.open(BASKET, Method.BANK_TRANSFER)
    tell(till, transfer(memo_of(till, order_id), BASKET.minor + 1_000))
    tell(till, transfer(memo_of(till, order_id)))
    assert (till.state(order_id), queue()) == ("pending", [("FT1", "otherwise")])
    assert IncomingTransfer.objects.get().told_otherwise == BASKET.minor


@pytest.mark.parametrize("how", [{"secret": "of somebody else"}, {"signed_ago": 301}, {"signed_ago": -301}])
def test_a_forged_or_stale_notice_is_refused(till: Till, how: dict[str, Any]):
    order_id = till.open(BASKET, Method.BANK_TRANSFER)
    with pytest.raises(payments.BadWebhook):
        tell(till, transfer(memo_of(till, order_id)), **how)
    assert (till.state(order_id), IncomingTransfer.objects.count()) == ("pending", 0)


@pytest.mark.parametrize("header", ["", "t=1", "v1=ab", "t=x,v1=ab", "t=1,t=2,v1=ab", "t=1,v1=é", "t=²,v1="])
def test_a_header_that_is_none_is_refused(till: Till, header: str):
    with pytest.raises(payments.BadWebhook):
        take(b"{}", header, till)


def test_without_secrets_nobody_is_believed(till: Till, settings: Any):
    settings.BANK_NOTICE_SECRETS = ()
    with pytest.raises(payments.BadWebhook):
        tell(till, transfer("x"))


def test_a_secret_may_be_rolled(till: Till):
    tell(till, transfer("x"), secret=SECRETS[1])
    assert queue() == [("FT1", "unknown_memo")]


@pytest.mark.parametrize(
    "told",
    [
        {"amount": -1},
        {"amount": True},
        {"amount": 1.5},
        {"amount": "345000"},
        {"amount": 10**15 + 1},
        {"transaction": ""},
        {"transaction": None},
        {"booked_at": "yesterday"},
        {"booked_at": "2026-11-21T15:04:05"},
        {"payer": "somebody"},
    ],
)
def test_what_nobody_can_read_is_kept_for_a_person(till: Till, told: dict[str, Any]):
    tell(till, transfer("x") | told)
    assert (IncomingTransfer.objects.count(), till.notices()) == (0, [("unreadable", "unreadable")])


def test_a_transfer_of_nothing_is_none(till: Till):
    tell(till, transfer("x", 0))
    assert IncomingTransfer.objects.count() == 0


def test_naughty_memos_are_kept_and_pay_nothing(till: Till):
    if not NAUGHTY.is_file():
        pytest.skip(f"{NAUGHTY} is not here")
    naughty = json.loads(NAUGHTY.read_text(encoding="utf-8"))
    memos = [*naughty, "\0", "\ud800", "\N{RIGHT-TO-LEFT OVERRIDE}abc", "x" * 100_000]
    for number, memo in enumerate(memos):
        tell(till, transfer(memo, reference=f"FT{number}"))
    kept = {row.reference: row.memo for row in IncomingTransfer.objects.all()}
    assert kept == {f"FT{number}": clean(memo, 500) for number, memo in enumerate(memos)}


# --- at once ------------------------------------------------------------------------------------------------------
def at_once(*acts: Any) -> list[Any]:
    """All of these at the same moment, on connections of their own; what they returned, or the domain's error."""
    barrier = Barrier(len(acts))

    def one(act: Any) -> Any:
        barrier.wait()
        try:
            return act()
        except DomainError as error:
            return type(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def test_the_same_transfer_told_many_times_at_once_counts_once(till: Till):
    order_id = till.open(BASKET, Method.BANK_TRANSFER)
    told = transfer(memo_of(till, order_id))
    at_once(*[lambda: tell(till, told)] * 6)
    assert (till.facts(order_id), IncomingTransfer.objects.count()) == (["PaymentAuthorised"], 1)


def test_two_transfers_for_one_order_at_once_pay_once(till: Till):
    order_id = till.open(BASKET, Method.BANK_TRANSFER)
    memo = memo_of(till, order_id)
    at_once(*[lambda n=n: tell(till, transfer(memo, reference=f"FT{n}")) for n in range(4)])
    assert (till.facts(order_id), [why for _, why in queue()]) == (["PaymentAuthorised"], ["twice"] * 3)


def test_whoever_comes_first_the_money_is_ours_for_the_order_or_owed(till: Till):
    for number in range(8):
        order_id = till.open(BASKET, Method.BANK_TRANSFER)
        told = transfer(memo_of(till, order_id), reference=f"FT{number}")
        at_once(partial(tell, till, told), partial(till.cancel, order_id))
        assert (payments.payment(order_id=order_id).captured, owed(order_id)) == (BASKET, [BASKET.minor])
        late = OutboxEvent.objects.filter(stream=f"payment:{order_id}", name="payments.TransferCameLate").count()
        assert late == ("PaymentAuthorised" not in till.facts(order_id))
    assert queue() == []
