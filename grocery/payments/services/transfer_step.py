"""What a customer who pays by bank transfer has to send."""

from __future__ import annotations

import secrets

from django.conf import settings

from grocery.payments.contracts import TransferTo
from grocery.payments.models import Bill
from grocery.payments.policies.memos import HOW_MANY, memo
from grocery.payments.policies.vietqr import BANKS, vietqr


def new_memo() -> str:
    """A memo that no payment has; the database refuses the second of two."""
    return memo(secrets.randbelow(HOW_MANY))


def transfer_step(bill: Bill) -> TransferTo | None:
    """The next transfer that this order waits for; None where it waits for none."""
    wanted, bank_bin, account = bill.next, settings.BANK_BIN, settings.BANK_ACCOUNT
    if not wanted.memo or not wanted.is_waiting():
        return None
    return TransferTo(
        bank=BANKS.get(bank_bin, bank_bin),
        bank_bin=bank_bin,
        account=account,
        holder=settings.BANK_ACCOUNT_HOLDER,
        amount=wanted.total,
        memo=wanted.memo,
        qr=vietqr(bank_bin=bank_bin, account=account, amount=wanted.total, memo=wanted.memo),
    )
