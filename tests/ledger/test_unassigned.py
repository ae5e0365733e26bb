"""Transfers that fit nothing: owed to whoever sent them, from when they come until they are somebody's or gone."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.ledger.models import Posting
from grocery.ordering import public as ordering
from grocery.payments import public as payments
from grocery.payments.models import IncomingTransfer, Payment
from tests.ledger.books import balances, owed
from tests.ordering.conftest import NOON
from tests.sandbox.bank.notices import signature
from tests.shop import Customer, Shop

CLERK = new_id()
WHOLE = 92_000


@pytest.fixture(autouse=True)
def offered(settings: Any) -> None:
    settings.PAYMENT_METHODS = ("bank_transfer",)
    settings.BANK_BIN, settings.BANK_ACCOUNT, settings.BANK_ACCOUNT_HOLDER = "970436", "0123456789", "CTY GROCERY"
    settings.BANK_NOTICE_SECRETS = ("bank_secret_sandbox",)


@pytest.fixture
def order(shop: Shop, lan: Customer) -> UUID:
    """It comes to 92.000 ₫, and waits for its transfer."""
    shop.stock(milk=10)
    return shop.order(lan, method="bank_transfer", milk=2).id


def arrives(shop: Shop, order: UUID, amount: int, reference: str, **other: Any) -> None:
    """The bank tells of it."""
    data = {
        "transaction": reference,
        "bin": "970436",
        "account": "0123456789",
        "amount": amount,
        "currency": "VND",
        "memo": Payment.objects.get(order_id=order, number=0).memo,
        "booked_at": "2026-11-21T15:04:05+07:00",
    } | other
    now = datetime.now(UTC)
    body = json.dumps({"id": str(new_id()), "type": "transfer.received", "created": 1, "data": data}).encode()
    headers = {"x-bank-signature": signature(body, ["bank_secret_sandbox"], int(now.timestamp()))}
    payments.take_webhook(provider="bank", body=body, headers=headers, now=now)
    shop.tell()


def seen_to(shop: Shop, do: Any, reference: str, **more: Any) -> None:
    transfer = IncomingTransfer.objects.get(reference=reference)
    do(transfer_id=transfer.id, by=CLERK, note="looked into", now=NOON, **more)
    shop.tell()


def aside() -> tuple[int, int]:
    """In the bank, and owed to whoever sent it."""
    found = balances()
    return found.get("bank", 0), found.get("unassigned", 0)


def test_what_comes_twice_is_owed_until_it_was_sent_back(shop: Shop, order: UUID):
    arrives(shop, order, WHOLE, "FT1")
    assert aside() == (WHOLE, 0), "what was waited for is the order's at once"
    arrives(shop, order, WHOLE, "FT2")
    assert (aside(), owed(order)) == ((2 * WHOLE, -WHOLE), -WHOLE)
    seen_to(shop, payments.record_sent_back, "FT2")
    assert (aside(), owed(order)) == ((WHOLE, 0), -WHOLE)
    seen_to(shop, payments.reopen_transfer, "FT2")
    assert aside() == (2 * WHOLE, -WHOLE), "it was not, after all"


def test_what_becomes_store_credit_is_owed_to_its_customer_who_hears_of_it(
    shop: Shop, lan: Customer, order: UUID, letters: Any
):
    arrives(shop, order, WHOLE, "FT1")
    arrives(shop, order, WHOLE, "FT2")
    seen_to(shop, payments.make_credit, "FT2", order_number="")
    assert (aside(), balances()["store_credit"]) == ((2 * WHOLE, 0), -WHOLE)
    (mail,) = [mail for mail in letters() if mail.kind == "credit_given"]
    assert ("92.000" in mail.subject, mail.customer_id, "/credit/" in mail.text) == (True, lan.id, True)
    seen_to(shop, payments.reopen_transfer, "FT2")
    assert (aside(), balances().get("store_credit", 0)) == ((2 * WHOLE, -WHOLE), 0)


def test_what_is_assigned_is_the_orders_and_what_is_too_much_is_owed_to_its_customer(shop: Shop, order: UUID):
    arrives(shop, order, WHOLE + 8_000, "FT1", memo="tien hang")
    assert (aside(), owed(order)) == ((100_000, -100_000), None)
    seen_to(shop, payments.assign_transfer, "FT1", order_number=ordering.order(order_id=order).number)
    assert (aside(), owed(order)) == ((100_000, 0), -100_000)


def test_parts_are_nobodys_until_they_are_the_whole(shop: Shop, order: UUID):
    arrives(shop, order, WHOLE - 30_000, "FT1")
    seen_to(shop, payments.assign_transfer, "FT1", order_number=ordering.order(order_id=order).number)
    assert (aside(), owed(order)) == ((62_000, -62_000), None)
    arrives(shop, order, 30_000, "FT2")
    assert (aside(), owed(order)) == ((WHOLE, 0), -WHOLE)


def test_of_two_amounts_that_were_told_the_believed_one_stands(shop: Shop, order: UUID):
    arrives(shop, order, WHOLE + 1_000, "FT1")
    arrives(shop, order, WHOLE, "FT1")
    assert aside() == (93_000, -93_000)
    seen_to(shop, payments.believe_other_amount, "FT1")
    assert (aside(), owed(order)) == ((WHOLE, 0), -WHOLE)


@pytest.mark.parametrize("other", [{"currency": "USD"}, {"account": "999"}])
def test_what_is_not_in_our_account_or_not_our_money_is_in_no_book(shop: Shop, order: UUID, other: dict[str, str]):
    arrives(shop, order, WHOLE, "FT1", **other)
    assert (IncomingTransfer.objects.open().count(), Posting.objects.count()) == (1, 0)


def test_the_customer_hears_that_it_came_and_that_it_went_back(shop: Shop, order: UUID, letters: Any):
    arrives(shop, order, WHOLE, "FT1")
    arrives(shop, order, WHOLE, "FT2")
    seen_to(shop, payments.record_sent_back, "FT2")
    told = [mail for mail in letters() if mail.kind == "transfer_odd"]
    assert [("92.000" in mail.text, words in mail.text) for mail, words in zip(told, TOLD, strict=True)] == [
        (True, True)
    ] * 2
    assert dong(WHOLE) == payments.payment(order_id=order).captured


TOLD = ("Đơn này đã được thanh toán trước đó", "đã chuyển trả")


def test_a_cancelled_order_says_how_much_of_it_goes_back(shop: Shop, lan: Customer, order: UUID, letters: Any):
    arrives(shop, order, WHOLE, "FT1")
    ordering.cancel(order_id=order, by=lan.principal, motive=ordering.CancelMotive.UNSAID, now=NOON)
    shop.tell()
    (mail,) = [mail for mail in letters() if mail.kind == "order_cancelled"]
    assert "92.000\N{NO-BREAK SPACE}₫ được hoàn về tài khoản ngân hàng của bạn" in mail.text


@pytest.fixture
def letters(settings: Any, tmp_path: Any) -> Any:
    from grocery.notifications.models import Message

    settings.MAIL_OUTBOX = tmp_path
    return lambda: list(Message.objects.order_by("written_at", "id"))
