"""Money that a customer was asked to send has arrived."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from grocery.kernel.outbox import publish
from grocery.payments.contracts import PaymentState
from grocery.payments.models import Bill
from grocery.payments.services.change_tender import make_room
from grocery.payments.services.excess import return_excess
from grocery.payments.services.facts import facts_of_authorised
from grocery.payments.services.money_facts import taken


@transaction.atomic
def receive_transfer(*, payment_id: UUID, reference: str, now: datetime) -> bool:
    """Count a bank transfer of exactly the amount of that payment as ours; False where it was there already.

    `reference` is the bank's name for it. Of a payment that was let go, or whose order is off, it goes back.
    """
    bill, payment = Bill.locked_with(payment_id)
    if payment.state == PaymentState.CAPTURED:
        return False
    payment.state, payment.captured, payment.reference = PaymentState.CAPTURED, payment.amount, reference
    payment.authorised_at = payment.captured_at = now
    payment.save(update_fields=["state", "captured", "reference", "authorised_at", "captured_at"])
    facts = [*facts_of_authorised(payment), *make_room(bill, payment, now=now)]
    payment.save(update_fields=["standby", "pay_until", "look_at"])
    publish(*facts, taken(payment, now=now))
    return_excess(payment, now=now)
    return True
