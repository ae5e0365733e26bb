"""The customer pays in another way than they chose: what they chose first is let go when the other one holds."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from prometheus_client import Counter

from grocery.kernel.money import Money
from grocery.kernel.outbox import publish
from grocery.payments.contracts import Method, PaymentIs, PaymentState, PaymentView
from grocery.payments.events import PaymentAuthorised, PaymentEvent, TenderChanged
from grocery.payments.models import Bill, Payment
from grocery.payments.policies import LetGo, Standby
from grocery.payments.services.let_go import end_top_up, let_go
from grocery.payments.services.open_payment import terms_of
from grocery.payments.services.renewing import take_over

CHANGES = Counter("payments_changes_of_tender", "Orders to be paid in another way, by what became of it", ["outcome"])


def change_tender(*, order_id: UUID, amount: Money, method: Method, until: datetime, now: datetime) -> PaymentView:
    """Have the order, which comes to `amount` at most, paid by `method` instead, in the caller's transaction.

    What store credit pays of it stays. Cash takes the place of what was chosen at once. Anything else is to be paid
    next, as ever (`begin_authorisation`), until `until`; the order counts on what was chosen before until it holds,
    and whichever of the two holds first is kept. What comes of the other, late, is let go or goes back. Facts:
    TenderChanged and, for an order that was not paid yet, PaymentAuthorised.

    Asking again is harmless; the method that the order has already takes back what was asked for. Raises PaymentIs
    once the money was asked for, was sent to us, or is off, and where nothing is left to pay; MethodNotOffered,
    MethodAway, AmountTooSmall, AmountTooLarge.
    """
    bill = Bill.open(order_id)
    if bill.base.is_prepaid() or bill.is_packed():
        raise PaymentIs(PaymentState.CAPTURED)
    rest = bill.rest_of(amount)
    if not rest:
        raise PaymentIs(PaymentState.AUTHORISED)
    if _is_asked_for(bill, method, rest):
        return bill.view()
    terms = {} if method == bill.base.method else terms_of(method, rest, bill.base.payer_id, now)
    stay(bill, now=now)
    if terms:
        payment = bill.add(**terms, standby=Standby.CHANGE, opened_at=now, pay_until=until, look_at=until)
        CHANGES.labels("asked").inc()
        if payment.is_held():
            publish(*make_room(bill, payment, now=now))
            payment.save(update_fields=["standby", "pay_until", "look_at"])
    return bill.view()


def stay(bill: Bill, *, now: datetime) -> None:
    """The order is paid as before, under the bill's lock: nobody waits for another way any more."""
    if change := bill.tender_to_come:
        let_go(change, LetGo.NOT_NEEDED, now=now)
        CHANGES.labels("not_needed").inc()


def stay_unless_for(bill: Bill, amount: Money, *, now: datetime) -> None:
    """The order comes to `amount`: what the customer is about to pay instead is for another, and they choose anew."""
    if bill.tender_to_come and bill.tender_to_come.total != bill.rest_of(amount):
        stay(bill, now=now)


def make_room(bill: Bill, payment: Payment, *, now: datetime) -> list[PaymentEvent]:
    """This payment holds now, under the bill's lock: what it takes the place of is let go, and so is what would have
    taken its own; to be saved by the caller."""
    match payment.standby:
        case Standby.CHANGE:
            return _change_over(bill, payment, now)
        case Standby.NONE:
            stay(bill, now=now)
        case _:
            take_over(bill, payment, now=now)
    return []


def _change_over(bill: Bill, payment: Payment, now: datetime) -> list[PaymentEvent]:
    """It takes the place of all but store credit. Of the two, one is kept: where the first hold was lost, and the
    order with it, this one goes, too."""
    base = bill.base
    if not payment.is_wanted():
        return []
    if bill.is_packed() or not base.is_live():
        let_go(payment, LetGo.NOT_NEEDED, now=now)
        return []
    paid_before = base.is_held()
    for old in bill.wanted():
        if old.top_up_for and old.is_awaited():
            end_top_up(bill, old, LetGo.OTHER_TENDER, now=now)
        elif old is not payment and not old.is_credit():
            let_go(old, LetGo.OTHER_TENDER, now=now)
    payment.standby, payment.pay_until, payment.look_at = Standby.NONE, None, None
    CHANGES.labels("changed").inc()
    told = [TenderChanged(order_id=bill.order_id, before=base.method, method=payment.method, amount=payment.total)]
    return [*told, *([] if paid_before else [PaymentAuthorised(order_id=bill.order_id, amount=payment.total)])]


def not_changed(payment: Payment, *, now: datetime) -> None:
    """Nobody has paid in the other way in time, under the bill's lock: the order stays as it is."""
    let_go(payment, LetGo.NOT_PAID, now=now)
    CHANGES.labels("not_paid").inc()


def _is_asked_for(bill: Bill, method: Method, rest: Money) -> bool:
    """They want just this already."""
    change = bill.tender_to_come
    if change is None:
        return method == bill.base.method
    return (change.method, change.total) == (method, rest)
