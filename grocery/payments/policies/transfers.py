"""What a transfer that has arrived pays, and why a person has to look at it where it pays nothing. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from grocery.kernel.money import Money

#: Beyond this nobody sends anything, and our columns end.
LARGEST: Final = 10**15
_NEVER_SHOWN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


class Source(StrEnum):
    """How we learnt of it: the bank's notice, or a statement that somebody brought."""

    NOTICE = "notice"
    STATEMENT = "statement"


class Standing(StrEnum):
    """Where a transfer stands.

    open: a person has to see to it · waits: part of what an order wants, the rest has yet to come · paid: it is with
    the payment that it is for, and what that does not keep goes back by itself · sent_back: by hand · credited: it is
    store credit of the customer who sent it · deposited: it is cash that we took there.
    """

    OPEN = "open"
    WAITS = "waits"
    PAID = "paid"
    SENT_BACK = "sent_back"
    CREDITED = "credited"
    DEPOSITED = "deposited"


#: What a person did and may take back.
UNDOABLE: Final = frozenset({Standing.SENT_BACK, Standing.WAITS, Standing.CREDITED, Standing.DEPOSITED})


class Oddity(StrEnum):
    """Why a transfer was not simply taken; none: it was what we waited for.

    late: for something that is off, so it goes back by itself · order_off: the same, but not the amount that was
    asked for · otherwise: the bank has told two different amounts under one reference · deposit: it
    names the slip of cash that we took there, and is not as written down.
    """

    NONE = ""
    UNKNOWN_MEMO = "unknown_memo"
    MISTYPED_MEMO = "mistyped_memo"
    SEVERAL_MEMOS = "several_memos"
    LESS = "less"
    MORE = "more"
    TWICE = "twice"
    LATE = "late"
    ORDER_OFF = "order_off"
    OTHER_ACCOUNT = "other_account"
    OTHER_CURRENCY = "other_currency"
    OTHERWISE = "otherwise"
    DEPOSIT = "deposit"


#: With these the money has found its payment.
TAKEN: Final = frozenset({Oddity.NONE, Oddity.LATE})


@dataclass(frozen=True, slots=True)
class Told:
    """A bank's word on one transfer to us. `reference` is its name for it, unique in the account."""

    reference: str
    bank_bin: str
    account: str
    amount: int
    currency: str
    memo: str
    payer_name: str
    payer_account: str
    booked_at: datetime


def clean(text: object, longest: int) -> str:
    """What a stranger wrote, without what is never shown, cut to what we keep."""
    return _NEVER_SHOWN.sub(" ", str(text or "")).strip()[:longest]


def judge(sent: Money, *, wanted: Money, there: Money, is_waiting: bool, is_held: bool) -> Oddity:
    """What to make of it, for a payment of `wanted` of which parts that came `there` before wait."""
    if is_waiting:
        missing = wanted - there
        return Oddity.NONE if sent == missing else Oddity.LESS if sent < missing else Oddity.MORE
    if is_held:
        return Oddity.TWICE
    return Oddity.LATE if sent == wanted else Oddity.ORDER_OFF
