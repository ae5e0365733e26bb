"""The driver has the money."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from grocery.kernel.errors import Conflict
from grocery.kernel.money import Money
from grocery.kernel.outbox import publish
from grocery.payments.contracts import PaymentIs, PaymentState
from grocery.payments.events import PaymentCaptured
from grocery.payments.models import Bill
from grocery.payments.policies import check_taking
from grocery.payments.services.money_facts import taken
from grocery.payments.services.waiting_refunds import give_back


@transaction.atomic
def record_cash(
    *, order_id: UUID, amount: Money, now: datetime, by: UUID, at_counter: bool = False, courier: str = ""
) -> None:
    """Note cash taken at the door, once; the same again is harmless, another amount a conflict.

    `at_counter`: it was paid in the store and lies in its till. Otherwise `by`, who took it, carries it, or the
    `courier` of that name, until it is handed in."""
    bill = Bill.locked(order_id)
    payment = bill.base
    check_taking(amount, authorised=payment.total)
    if payment.state == PaymentState.CAPTURED and bill.is_cash:
        if payment.captured != amount.minor:
            raise Conflict
        return
    if not bill.is_cash or payment.state != PaymentState.AUTHORISED:
        raise PaymentIs(bill.state())
    payment.state, payment.captured, payment.captured_at = PaymentState.CAPTURED, amount.minor, now
    driver = None if at_counter or courier else by
    payment.cash_taken_by, payment.cash_carrier = by, courier or str(driver or "")
    payment.save(update_fields=["state", "captured", "captured_at", "cash_taken_by", "cash_carrier"])
    publish(
        PaymentCaptured(order_id=order_id, amount=amount),
        taken(payment, now=now, with_driver=driver, with_courier=courier),
    )
    give_back(bill, now=now)
