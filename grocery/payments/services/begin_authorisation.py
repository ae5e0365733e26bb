"""The customer is about to pay through a provider."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from grocery.payments.contracts import PaymentIs, PaymentState, PaymentView, ProviderUnavailable
from grocery.payments.gateways.provider import OutcomeUnknown
from grocery.payments.gateways.registry import keeper, provider
from grocery.payments.models import Bill, CardHolder, KeptCard, Payment, ProviderCall
from grocery.payments.policies import Observation
from grocery.payments.policies.renewals import outlasts
from grocery.payments.services.authorisations import authorise
from grocery.payments.services.card_holders import holder_at
from grocery.payments.services.look import look
from grocery.payments.services.make_call import make_call
from grocery.payments.services.transfer_step import transfer_step


def begin_authorisation(
    *, order_id: UUID, now: datetime, return_url: str = "", needed_until: datetime | None = None
) -> PaymentView:
    """Have the provider begin what the customer has to pay next, once, and say what they need to confirm it.

    That is the order's payment, or a top-up once that is held; where nothing is to be paid there is no step. An
    attempt that has failed for good is followed by another. `return_url`: where the provider sends the customer then.
    `needed_until`: when the goods are handed over. Where no hold lasts so long, the card is kept to be asked again.
    """
    bill = Bill.of(order_id)
    if not bill.provider or (bill.base.is_held() and not bill.waiting()):
        return bill.view(step=transfer_step(bill))
    try:
        seen = _begin(order_id, _terms(bill, return_url, needed_until, now), now)
    except OutcomeUnknown:
        raise ProviderUnavailable(bill.provider) from None
    bill = Bill.of(order_id)
    kept = next(iter(bill.waiting()), bill.base).handoff
    return bill.view(step=provider(bill.provider).step(replace(seen, handoff=seen.handoff or kept)))


@dataclass(frozen=True, slots=True)
class _Terms:
    """Where to send the customer; whose cards the provider has, "" for nobody's; is the card kept?"""

    return_url: str
    holder: str = ""
    keep: bool = False


def _terms(bill: Bill, return_url: str, needed_until: datetime | None, now: datetime) -> _Terms:
    """The card is kept where no hold lasts until the goods are needed; who has kept cards may pay with one."""
    keeps, payer_id = keeper(bill.provider), bill.base.payer_id
    if keeps is None:
        return _Terms(return_url)
    if needed_until and not outlasts(now + keeps.holds_for, needed_until):
        return _Terms(return_url, holder_at(keeps, payer_id, now=now), keep=True)
    known = KeptCard.objects.of_payer(payer_id).exists()
    return _Terms(return_url, CardHolder.objects.known_as(payer_id, keeps.name) if known else "")


def _begin(order_id: UUID, terms: _Terms, now: datetime) -> Observation:
    """The look that finds that an attempt has failed is followed by the next one, once."""
    seen = _attempt(order_id, terms, now)
    return _attempt(order_id, terms, now) if seen.state is PaymentState.FAILED else seen


def _attempt(order_id: UUID, terms: _Terms, now: datetime) -> Observation:
    payment, call = _intention(order_id, terms, now)
    seen = make_call(call_id=call.id, now=now) if call else None
    return seen or look(payment=Payment.objects.get(id=payment.id), now=now)


@transaction.atomic
def _intention(order_id: UUID, terms: _Terms, now: datetime) -> tuple[Payment, ProviderCall | None]:
    """What is to be paid next, and the call that begins it: None when the provider already knows it.

    Raises PaymentIs once it is off.
    """
    bill = Bill.locked(order_id)
    if not bill.base.is_live():
        raise PaymentIs(PaymentState.CANCELLED)
    payment = next(iter(bill.waiting()), bill.base)
    if payment.reference:
        return payment, None
    call = authorise(payment, return_url=terms.return_url, holder=terms.holder, keep=terms.keep, now=now)
    return payment, call
