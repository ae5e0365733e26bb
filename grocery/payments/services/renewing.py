"""A hold that ends before the goods are packed is made anew: the new one is there before the old one is let go."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from django.conf import settings
from prometheus_client import Counter

from grocery.kernel.outbox import publish
from grocery.payments.contracts import HoldEnding, Method, PaymentState
from grocery.payments.events import HoldNotRenewed, PayAgainAsked, PaymentEvent, RenewalRequested
from grocery.payments.models import Bill, CardHolder, Payment
from grocery.payments.policies import LetGo, Operation, Standby
from grocery.payments.policies.renewals import RENEW_BEFORE, outlasts, pay_again_by
from grocery.payments.services.authorisations import authorise
from grocery.payments.services.intents import intend
from grocery.payments.services.let_go import let_go

log = structlog.get_logger()
RENEWALS = Counter("payments_renewals", "Holds that ended too early, by what became of the new one", ["outcome"])


def holds_to_renew(*, now: datetime) -> list[HoldEnding]:
    """Holds that end within a day and a half and are not asked for, the first to end first; whoever knows until when
    each is needed has it renewed."""
    ending = Payment.objects.ending_before(now + RENEW_BEFORE).not_being_renewed().order_by("capture_before")
    found = ending.values_list("order_id", "capture_before")
    return [HoldEnding(order_id, ends_at) for order_id, ends_at in found if ends_at]


def renew_hold(*, order_id: UUID, needed_until: datetime, now: datetime) -> bool:
    """Have each hold of the order that ends before it is needed made anew, in the caller's transaction.

    A card that is kept is asked without its owner; who has none, or whose bank wants them, pays again on the order's
    page until a time that PayAgainAsked says, or HoldNotRenewed follows. The order counts on the old hold until the
    new one is there. Asking again is harmless. False where nothing is to be done.
    """
    bill = Bill.locked(order_id)
    coming = {payment.renews_id for payment in bill.wanted()}
    ending = [hold for hold in bill.held() if hold.id not in coming and _ends_early(hold, needed_until, now)]
    for hold in ending:
        _renew(bill, hold, now)
    return bool(ending)


def take_over(bill: Bill, payment: Payment, *, now: datetime) -> None:
    """The new hold is there, under the bill's lock: it takes the old one's place, unless that is asked for or gone.

    Of the two, one is kept.
    """
    old = next(other for other in bill.payments if other.id == payment.renews_id)
    free = old.is_live() and old.state == PaymentState.AUTHORISED and old.to_capture is None
    if not payment.is_wanted():
        return
    if not free:
        let_go(payment, LetGo.NOT_NEEDED, now=now)
        RENEWALS.labels("not_needed").inc()
        return
    let_go(old, LetGo.RENEWED, now=now)
    payment.standby, payment.top_up_for = Standby.NONE, old.top_up_for
    RENEWALS.labels("renewed").inc()


def ask_the_customer(payment: Payment, code: str, *, now: datetime) -> list[PaymentEvent]:
    """The kept card does not do, under the bill's lock: its owner has to pay again; to be saved by the caller."""
    if payment.standby != Standby.BANK or not payment.is_awaited():
        return []
    payment.calls.to(Operation.CONFIRM).open().failed(payment.reference, code, now)
    payment.standby, payment.failure_code = Standby.CUSTOMER, code
    payment.look_at = payment.pay_until
    RENEWALS.labels("customer_asked").inc()
    return [_asked(payment)]


def not_renewed(payment: Payment, *, now: datetime) -> None:
    """Nobody has paid again in time, under the bill's lock."""
    let_go(payment, LetGo.NOT_PAID, now=now)
    RENEWALS.labels("not_paid").inc()
    log.warning("hold_not_renewed", order_id=str(payment.order_id))
    publish(HoldNotRenewed(order_id=payment.order_id))


def _ends_early(hold: Payment, needed_until: datetime, now: datetime) -> bool:
    ends_at = hold.capture_before
    if hold.state != PaymentState.AUTHORISED or hold.to_capture is not None or ends_at is None:
        return False
    return ends_at <= now + RENEW_BEFORE and not outlasts(ends_at, needed_until)


def _renew(bill: Bill, hold: Payment, now: datetime) -> None:
    holder = CardHolder.objects.known_as(hold.payer_id, hold.provider)
    by_bank = bool(holder and hold.kept_card)
    payment = bill.add(
        method=Method(hold.method),
        provider=hold.provider,
        amount=hold.amount,
        renews=hold,
        standby=Standby.BANK if by_bank else Standby.CUSTOMER,
        opened_at=now,
        pay_until=(until := pay_again_by(hold.capture_before or now, now=now)),
        look_at=until,
    )
    if not by_bank:
        RENEWALS.labels("customer_asked").inc()
        publish(_asked(payment))
        return
    call = authorise(payment, holder=holder, keep=True, now=now)
    request = {"card": hold.kept_card, "return_url": f"{settings.PUBLIC_URL}/orders/{hold.order_id}/"}
    intend(payment, Operation.CONFIRM, request=request, now=now)
    publish(RenewalRequested(order_id=hold.order_id, call_id=call.id))


def _asked(payment: Payment) -> PayAgainAsked:
    assert payment.pay_until  # each renewal has one
    return PayAgainAsked(order_id=payment.order_id, amount=payment.total, until=payment.pay_until)
