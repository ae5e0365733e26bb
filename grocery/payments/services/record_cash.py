"""The driver has the money."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from grocery.kernel.errors import Conflict
from grocery.kernel.money import Money
from grocery.kernel.outbox import publish
from grocery.payments.contracts import PaymentIs, PaymentState
from grocery.payments.models import Bill
from grocery.payments.policies import LetGo, check_taking
from grocery.payments.services.facts import facts_of_captures
from grocery.payments.services.let_go import let_go
from grocery.payments.services.money_facts import taken
from grocery.payments.services.waiting_refunds import give_back


@transaction.atomic
def record_cash(
    *, order_id: UUID, amount: Money, now: datetime, by: UUID, at_counter: bool = False, courier: str = ""
) -> None:
    """Note cash taken at the door for an order that comes to `amount`, once: what store credit has not paid of it.
    The same again is harmless, another amount a conflict.

    `at_counter`: it was paid in the store and lies in its till. Otherwise `by`, who took it, carries it, or the
    `courier` of that name, until it is handed in."""
    bill = Bill.locked(order_id)
    payment, cash = bill.base, bill.rest_of(amount)
    if bill.is_cash and _noted_before(bill, amount):
        return
    if bill.is_cash and bill.credits and not cash:
        _nothing_to_collect(bill, now)
        return
    check_taking(cash, authorised=payment.total)
    if not bill.is_cash or payment.state != PaymentState.AUTHORISED:
        raise PaymentIs(bill.state())
    payment.state, payment.captured, payment.captured_at = PaymentState.CAPTURED, cash.minor, now
    driver = None if at_counter or courier else by
    payment.cash_taken_by, payment.cash_carrier = by, courier or str(driver or "")
    payment.save(update_fields=["state", "captured", "captured_at", "cash_taken_by", "cash_carrier"])
    publish(*facts_of_captures(bill), taken(payment, now=now, with_driver=driver, with_courier=courier))
    give_back(bill, now=now)


def _noted_before(bill: Bill, amount: Money) -> bool:
    """It was taken already. How much store credit had paid by then is not known any more. Raises Conflict."""
    payment = bill.base
    if payment.state != PaymentState.CAPTURED:
        return False
    if payment.captured > amount.minor or (not bill.credits and payment.captured != amount.minor):
        raise Conflict
    return True


def _nothing_to_collect(bill: Bill, now: datetime) -> None:
    """Store credit has paid what the customer keeps."""
    if bill.base.state == PaymentState.AUTHORISED:
        let_go(bill.base, LetGo.NOT_NEEDED, now=now)
        publish(*facts_of_captures(bill))
        give_back(bill, now=now)
