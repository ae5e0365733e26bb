"""Money that has arrived and is nobody's yet: told when it comes, and when it is somebody's or gone. For the books,
where it is owed until then, and for the customer whose order its memo names."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from grocery.kernel.money import Money, dong
from grocery.kernel.outbox import publish
from grocery.payments.events import TransferPutAside, TransferSettled
from grocery.payments.models import IncomingTransfer


def put_aside(transfer: IncomingTransfer, why: str, *, now: datetime, by: UUID | None = None) -> None:
    """It stands in the queue from now on, with what is odd about it."""
    if is_ours(transfer):
        publish(TransferPutAside(**_about(transfer, transfer.total, now, by), why=why))


def settled(
    transfer: IncomingTransfer, how: str, *, now: datetime, by: UUID | None = None, amount: int | None = None
) -> None:
    """It does no more; `amount` is what it was put aside with, where that was wrong."""
    if is_ours(transfer):
        was = transfer.total if amount is None else dong(amount)
        publish(TransferSettled(**_about(transfer, was, now, by), how=how))


def is_ours(transfer: IncomingTransfer) -> bool:
    """What is in no account of ours, or not in our money, is in no book of ours either."""
    return transfer.currency == "VND" and transfer.account == f"{settings.BANK_BIN}/{settings.BANK_ACCOUNT}"


def _about(transfer: IncomingTransfer, amount: Money, now: datetime, by: UUID | None) -> dict[str, Any]:
    payment = transfer.payment
    return {
        "transfer_id": transfer.id,
        "amount": amount,
        "reference": transfer.reference,
        "order_id": payment.order_id if payment else None,
        "order_number": payment.order_number if payment else "",
        "store_id": payment.store_id if payment else None,
        "at": now,
        "by": by,
    }
