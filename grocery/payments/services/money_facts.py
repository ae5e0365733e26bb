"""Each movement of money, told once, for the books. Under the bill's lock, by whoever makes it true."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from grocery.kernel.money import Money, dong
from grocery.payments.contracts import RefundState
from grocery.payments.contracts.credit import CREDIT
from grocery.payments.events import (
    MoneyReturned,
    MoneyReturnUndone,
    MoneyTaken,
    PaymentEvent,
    ShortfallWrittenOff,
    WriteOffReduced,
)
from grocery.payments.models import Payment, RefundPart, Shortfall


def taken(payment: Payment, *, now: datetime, with_driver: UUID | None = None, with_courier: str = "") -> MoneyTaken:
    """What was captured of this payment is ours."""
    return MoneyTaken(
        **_movement(payment, dong(payment.captured), payment.reference, now, by=payment.cash_taken_by),
        with_driver=with_driver,
        with_courier=with_courier,
    )


def moved_back(payment: Payment, part: RefundPart, before: RefundState, *, now: datetime) -> list[PaymentEvent]:
    """A part of a refund came from `before` to where it is: arrived, or come back after it had, or no news."""
    given = part.state == RefundState.SUCCEEDED
    if given is (before is RefundState.SUCCEEDED):
        return []
    movement = _movement(payment, part.total, part.reference, now, by=part.handed_back_by)
    movement |= {"refund_id": part.refund_id, "part_id": part.id, "by_bank": part.by_bank}
    if part.to_credit:
        movement |= {"provider": CREDIT, "reference": ""}
    if given:
        return [MoneyReturned(**movement, by_hand=part.handed_back_by is not None)]
    return [MoneyReturnUndone(**movement)]


def written_off(shortfall: Shortfall, *, by: UUID, now: datetime) -> ShortfallWrittenOff:
    """All that is missing of it is given up."""
    movement = _movement(shortfall.payment, shortfall.missing, "", now, by=by)
    return ShortfallWrittenOff(**movement, shortfall_id=shortfall.id)


def write_off_reduced(shortfall: Shortfall, amount: Money, *, now: datetime) -> WriteOffReduced:
    """So much of what was given up need not have been."""
    return WriteOffReduced(**_movement(shortfall.payment, amount, "", now), shortfall_id=shortfall.id)


def _movement(
    payment: Payment, amount: Money, reference: str, now: datetime, *, by: UUID | None = None
) -> dict[str, Any]:
    return {
        "order_id": payment.order_id,
        "order_number": payment.order_number,
        "store_id": payment.store_id,
        "payment_id": payment.id,
        "amount": amount,
        "method": str(payment.method),
        "provider": payment.provider,
        "reference": reference,
        "at": now,
        "by": by,
    }
