"""The customer is about to pay by card."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from grocery.payments.contracts import Method, PaymentIs, PaymentState, PaymentView, ProviderUnavailable
from grocery.payments.gateways.provider import OutcomeUnknown
from grocery.payments.gateways.registry import provider
from grocery.payments.models import Payment, ProviderCall
from grocery.payments.policies import Observation, Operation
from grocery.payments.services.intents import intend
from grocery.payments.services.look import look
from grocery.payments.services.make_call import make_call


def begin_authorisation(*, order_id: UUID, now: datetime) -> PaymentView:
    """Have the provider begin the payment, once, and say what the browser needs to confirm it."""
    payment = Payment.objects.of_order(order_id)
    if payment.method != Method.CARD or payment.is_held():
        return payment.view()
    try:
        seen = _begin(order_id, now)
    except OutcomeUnknown:
        raise ProviderUnavailable(payment.provider) from None
    payment.refresh_from_db()
    return payment.view(step=provider(payment.provider).step(seen))


def _begin(order_id: UUID, now: datetime) -> Observation:
    call = _intention(order_id, now)
    seen = make_call(call_id=call.id, now=now) if call else None
    return seen or look(payment=Payment.objects.of_order(order_id), now=now)


@transaction.atomic
def _intention(order_id: UUID, now: datetime) -> ProviderCall | None:
    """The call that begins the payment; None when the provider already knows it. Raises PaymentIs once it is off."""
    payment = Payment.objects.locked().of_order(order_id)
    if payment.cancel_requested_at or payment.state == PaymentState.CANCELLED:
        raise PaymentIs(PaymentState.CANCELLED)
    if payment.reference:
        return None
    metadata = {
        "order_id": str(order_id),
        "order_number": payment.order_number,
        "payment_id": str(payment.id),
        "epoch": str(settings.RESTORE_EPOCH),
    }
    return intend(payment, Operation.AUTHORISE, request={"amount": payment.amount, "metadata": metadata}, now=now)
