"""The customer is about to pay through a provider."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from grocery.payments.contracts import PaymentIs, PaymentState, PaymentView, ProviderUnavailable
from grocery.payments.gateways.provider import OutcomeUnknown
from grocery.payments.gateways.registry import provider
from grocery.payments.models import Bill, Payment, ProviderCall
from grocery.payments.policies import Observation, Operation
from grocery.payments.services.intents import intend
from grocery.payments.services.look import look
from grocery.payments.services.make_call import make_call
from grocery.payments.services.transfer_step import transfer_step


def begin_authorisation(*, order_id: UUID, now: datetime, return_url: str = "") -> PaymentView:
    """Have the provider begin what the customer has to pay next, once, and say what they need to confirm it.

    That is the order's payment, or a top-up once that is held; where nothing is to be paid there is no step. An
    attempt that has failed for good is followed by another. `return_url`: where the provider sends the customer then.
    """
    bill = Bill.of(order_id)
    if not bill.provider or (bill.base.is_held() and not bill.waiting()):
        return bill.view(step=transfer_step(bill))
    try:
        seen = _begin(order_id, return_url, now)
    except OutcomeUnknown:
        raise ProviderUnavailable(bill.provider) from None
    bill = Bill.of(order_id)
    kept = next(iter(bill.waiting()), bill.base).handoff
    return bill.view(step=provider(bill.provider).step(replace(seen, handoff=seen.handoff or kept)))


def _begin(order_id: UUID, return_url: str, now: datetime) -> Observation:
    """The look that finds that an attempt has failed is followed by the next one, once."""
    seen = _attempt(order_id, return_url, now)
    return _attempt(order_id, return_url, now) if seen.state is PaymentState.FAILED else seen


def _attempt(order_id: UUID, return_url: str, now: datetime) -> Observation:
    payment, call = _intention(order_id, return_url, now)
    seen = make_call(call_id=call.id, now=now) if call else None
    return seen or look(payment=Payment.objects.get(id=payment.id), now=now)


@transaction.atomic
def _intention(order_id: UUID, return_url: str, now: datetime) -> tuple[Payment, ProviderCall | None]:
    """What is to be paid next, and the call that begins it: None when the provider already knows it.

    Raises PaymentIs once it is off.
    """
    bill = Bill.locked(order_id)
    if not bill.base.is_live():
        raise PaymentIs(PaymentState.CANCELLED)
    payment = next(iter(bill.waiting()), bill.base)
    if payment.reference:
        return payment, None
    metadata = {
        "order_id": str(order_id),
        "order_number": payment.order_number,
        "payment_id": str(payment.id),
        "epoch": str(settings.RESTORE_EPOCH),
    }
    request = {"amount": payment.amount, "metadata": metadata, "return_url": return_url}
    return payment, intend(payment, Operation.AUTHORISE, request=request, now=now)
