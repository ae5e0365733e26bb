"""The customer says that something has happened at the provider."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from functools import partial
from uuid import UUID

from grocery.payments.gateways.provider import OutcomeUnknown, Refused
from grocery.payments.models import Bill
from grocery.payments.services.beside import StillAtIt, within_a_moment
from grocery.payments.services.look import look


def look_again(*, order_id: UUID, now: datetime) -> None:
    """Ask the provider how what the customer has yet to pay stands; without an answer all stays as it was.

    Raises NotFound.
    """
    for payment in Bill.of(order_id).waiting()[:1]:
        if payment.provider and payment.reference:
            with suppress(OutcomeUnknown, Refused, StillAtIt):
                within_a_moment(partial(look, payment=payment, now=now), provider=payment.provider, about=payment.id)
