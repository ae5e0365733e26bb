"""A bank's signed word on transfers to the shop's account.

`X-Bank-Signature: t=<unix seconds>,v1=<hex>[,v1=<hex>]`: each v1 is the HMAC-SHA256, with one of the secrets, of t, a
full stop and the raw body. The same notice may come again, and the same transfer in another notice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from grocery.payments.gateways import stamped
from grocery.payments.gateways.provider import NotSigned
from grocery.payments.policies.transfers import LARGEST, Told, clean

HEADER: Final = "x-bank-signature"
_ARRIVED: Final = "transfer.received"


def read_notice(*, body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> Told | None:
    """The transfer that it tells of, if any. `headers` have lower-case names. Raises NotSigned."""
    stamped.check(body, headers.get(HEADER, ""), secrets, now=now)
    try:
        notice = json.loads(body)
        return _told(notice["data"]) if notice["type"] == _ARRIVED and notice["data"]["amount"] != 0 else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotSigned("not readable") from None


def _told(transfer: Mapping[str, Any]) -> Told:
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
