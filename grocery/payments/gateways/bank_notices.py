"""A bank's signed word on transfers to the shop's account.

`X-Bank-Signature: t=<unix seconds>,v1=<hex>[,v1=<hex>]`: each v1 is the HMAC-SHA256, with one of the secrets, of t, a
full stop and the raw body. The same notice may come again, and the same transfer in another notice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from grocery.payments.gateways import stamped
from grocery.payments.gateways.keeping import storable, unreadable
from grocery.payments.gateways.provider import Notice
from grocery.payments.policies.transfers import LARGEST, Told, clean

#: What stands in the address that the bank calls, and with the notices that we keep.
BANK: Final = "bank"
HEADER: Final = "x-bank-signature"
_ARRIVED: Final = "transfer.received"


@dataclass(frozen=True, slots=True)
class BankNotices:
    """The notices of a bank that signs with one of these secrets."""

    secrets: Sequence[str] = field(repr=False)

    def read_webhook(self, *, body: bytes, headers: Mapping[str, str], now: datetime) -> Notice:
        """A notice of a transfer names it in `reference`; others name nothing. Raises NotSigned.

        Two notices are the same if every byte is: what a bank calls them is not relied on, as nothing may be lost.
        """
        stamped.check(body, headers.get(HEADER, ""), self.secrets, now=now)
        try:
            notice = json.loads(body)
            arrived = notice["type"] == _ARRIVED and notice["data"]["amount"] != 0
            reference = told_in(notice).reference if arrived else ""
            kept = storable(notice)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return unreadable(body)
        kind = storable(str(notice["type"]))[:100]
        return Notice(event_id=hashlib.sha256(body).hexdigest(), kind=kind, reference=reference, body=kept)


def told_in(notice: Mapping[str, Any]) -> Told:
    """The transfer that a notice tells of. Raises ValueError, KeyError, TypeError or AttributeError."""
    transfer = notice["data"]
    amount, reference, booked_at = transfer["amount"], transfer["transaction"], transfer["booked_at"]
    if type(amount) is not int or not 0 < amount <= LARGEST or not isinstance(reference, str):
        raise ValueError(amount)
    payer = transfer.get("payer") or {}
    return told(
        reference=reference,
        bank_bin=transfer["bin"],
        account=transfer["account"],
        amount=amount,
        currency=transfer["currency"],
        memo=transfer.get("memo"),
        payer_name=payer.get("name"),
        payer_account=payer.get("account"),
        booked_at=datetime.fromisoformat(booked_at),
    )


def told(*, amount: int, booked_at: datetime, **texts: object) -> Told:
    """With texts as we keep them. Raises ValueError without a reference, or for a time that is nowhere."""
    longest = {"reference": 64, "bank_bin": 11, "account": 19, "currency": 3, "memo": 500}
    longest |= {"payer_name": 140, "payer_account": 34}
    words = {name: clean(texts.get(name), length) for name, length in longest.items()}
    if not words["reference"] or booked_at.tzinfo is None:
        raise ValueError("no reference, or no time zone")
    return Told(amount=amount, booked_at=booked_at, **words)
