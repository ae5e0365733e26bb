"""The customer is about to pay through a provider."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from grocery.payments.contracts import PaymentIs, PaymentState, PaymentView, ProviderUnavailable
from grocery.payments.contracts.providers import PaymentOpening
from grocery.payments.gateways.provider import OutcomeUnknown
from grocery.payments.gateways.registry import keeper, provider
from grocery.payments.models import Bill, CardHolder, Payment, ProviderCall
from grocery.payments.policies import Observation
from grocery.payments.policies.renewals import outlasts
from grocery.payments.services.authorisations import authorise
from grocery.payments.services.beside import StillAtIt, within_a_moment
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
    Raises ProviderUnavailable without an answer, PaymentOpening while it takes longer than a page may.
    """
    bill = Bill.of(order_id)
    if not bill.next.provider or bill.next.is_held():
        return bill.view(step=transfer_step(bill))
    try:
        seen = _begin(order_id, _terms(bill, return_url, needed_until, now), now)
    except OutcomeUnknown:
        raise ProviderUnavailable(bill.next.provider) from None
    except StillAtIt:
        raise PaymentOpening(bill.next.provider) from None
    paid, bill = bill.next, Bill.of(order_id)
    kept = replace(seen, handoff=seen.handoff or bill.next.handoff)
    return bill.view(step=provider(paid.provider).step(kept))


@dataclass(frozen=True, slots=True)
class _Terms:
    """Who is asked; where to send the customer; whose cards the provider has, "" for nobody's; is the card kept?"""

    provider: str
    return_url: str
    holder: str = ""
    keep: bool = False


def _terms(bill: Bill, return_url: str, needed_until: datetime | None, now: datetime) -> _Terms:
    """The card is kept where no hold lasts until the goods are needed; who has kept cards may pay with one."""
    keeps, payer_id = keeper(bill.next.provider), bill.base.payer_id
    if keeps is None:
        return _Terms(bill.next.provider, return_url)
    if needed_until and not outlasts(now + keeps.holds_for, needed_until):
        asked = partial(holder_at, keeps, payer_id, now=now)
        return _Terms(keeps.name, return_url, within_a_moment(asked, provider=keeps.name, about=payer_id), keep=True)
    return _Terms(keeps.name, return_url, CardHolder.objects.with_cards(payer_id, keeps.name))


def _begin(order_id: UUID, terms: _Terms, now: datetime) -> Observation:
    """The look that finds that an attempt has failed is followed by the next one, once."""
    seen = _attempt(order_id, terms, now)
    return _attempt(order_id, terms, now) if seen.state is PaymentState.FAILED else seen


def _attempt(order_id: UUID, terms: _Terms, now: datetime) -> Observation:
    payment, call = _intention(order_id, terms, now)
    seen = _made(payment, call, now) if call else None
    return seen or _looked(payment.id, now)


def _made(payment: Payment, call: ProviderCall, now: datetime) -> Observation | None:
    """Raises StillAtIt while it takes long, here or in another process."""
    return within_a_moment(lambda: make_call(call_id=call.id, now=now), provider=payment.provider, about=call.id)


def _looked(payment_id: UUID, now: datetime) -> Observation:
    """How the provider says that it stands; as we know it where the answer takes long and we know how to pay."""
    payment = Payment.objects.get(id=payment_id)
    try:
        return within_a_moment(lambda: look(payment=payment, now=now), provider=payment.provider, about=payment_id)
    except StillAtIt:
        if not payment.handoff:
            raise
    return Observation(payment.reference, PaymentState.PENDING, payment.amount, "vnd", handoff=payment.handoff)


@transaction.atomic
def _intention(order_id: UUID, terms: _Terms, now: datetime) -> tuple[Payment, ProviderCall | None]:
    """What is to be paid next, and the call that begins it: None when the provider already knows it.

    Raises PaymentIs once it is off; StillAtIt where its customer has chosen another way to pay meanwhile.
    """
    bill = Bill.locked(order_id)
    if not bill.base.is_live():
        raise PaymentIs(PaymentState.CANCELLED)
    payment = bill.next
    if payment.provider != terms.provider:
        raise StillAtIt
    if payment.reference:
        return payment, None
    call = authorise(payment, return_url=terms.return_url, holder=terms.holder, keep=terms.keep, now=now)
    if not provider(payment.provider).repeats_itself and call.is_on_its_way(now):
        raise StillAtIt
    return payment, call
