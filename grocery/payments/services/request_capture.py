"""The goods are packed: take what they come to."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from grocery.kernel.errors import Conflict
from grocery.kernel.money import Money, dong, total
from grocery.kernel.outbox import publish
from grocery.payments.contracts import PaymentIs, PaymentState
from grocery.payments.models import Bill, Payment
from grocery.payments.policies import LetGo, check_taking, spread_capture
from grocery.payments.services.captures import capture
from grocery.payments.services.change_tender import stay
from grocery.payments.services.excess import return_excess
from grocery.payments.services.facts import facts_of_captures
from grocery.payments.services.let_go import end_top_up, let_go
from grocery.payments.services.limits import limits_of
from grocery.payments.services.shortfalls import tried_again


def request_capture(*, order_id: UUID, amount: Money, now: datetime) -> None:
    """Write down what is to be taken, in the caller's transaction; the relay asks the provider afterwards.

    Store credit is kept first; an order that was topped up is charged on its oldest payment before the others. One
    that is not needed is let go, and so is a top-up that still waits for its customer. Cash is what the driver is to
    collect. Asking again for the same is harmless, for another amount a Conflict. Raises AmountTooSmall,
    MoreThanAuthorised, PaymentIs.
    """
    bill = Bill.locked(order_id)
    check_taking(amount, authorised=bill.authorised() or bill.base.total)
    if bill.asked() == amount:
        return
    if not bill.base.is_live() or not (_may_be_asked_for(bill.base) or bill.asked()):
        raise PaymentIs(bill.state())
    if bill.is_cash:
        _collect(bill, amount, now)
    else:
        _take_more(bill, amount - bill.asked(), now)


def _collect(bill: Bill, amount: Money, now: datetime) -> None:
    """Keep what store credit pays of it; the rest is for the driver, who has nothing to do with nothing."""
    stay(bill, now=now)
    left = amount
    for credit in [one for one in bill.credits if _may_be_asked_for(one) and one.is_live()]:
        if share := min(left, credit.total):
            _take_of(credit, share, now)
        else:
            let_go(credit, LetGo.NOT_NEEDED, now=now)
        left -= share
    if rest := bill.rest_of(amount):
        bill.base.to_capture = rest.minor
        bill.base.save(update_fields=["to_capture"])
    else:
        let_go(bill.base, LetGo.NOT_NEEDED, now=now)
        publish(*facts_of_captures(bill))


def _may_be_asked_for(payment: Payment) -> bool:
    """Held or sent, and nobody has said how much of it we keep."""
    return payment.is_prepaid() or (payment.state == PaymentState.AUTHORISED and payment.to_capture is None)


def _take_more(bill: Bill, missing: Money, now: datetime) -> None:
    """Of the payments of which nothing was asked yet: all of them or, where a capture was refused, what is left."""
    for payment in bill.awaited():
        end_top_up(bill, payment, LetGo.NOT_NEEDED, now=now)
    free = [payment for payment in bill.live() if _may_be_asked_for(payment)]
    if missing < dong(0) or missing > total(payment.total for payment in free):
        raise Conflict
    _take(bill, free, missing, now)
    if not any(payment.is_being_captured() for payment in bill.payments):
        publish(*facts_of_captures(bill))


def _take(bill: Bill, free: list[Payment], amount: Money, now: datetime) -> None:
    least = limits_of(bill.base).minimum
    shares = spread_capture(amount, [payment.total for payment in free], least=least)
    for payment, share in zip(free, shares, strict=True):
        if share:
            _take_of(payment, share, now)
        else:
            let_go(payment, LetGo.NOT_NEEDED, now=now)


def _take_of(payment: Payment, share: Money, now: datetime) -> None:
    """Keep so much of it: have the provider take it, or send back the rest of what is ours already."""
    tried_again(payment, now=now)
    prepaid, payment.to_capture = payment.is_prepaid(), share.minor
    payment.save(update_fields=["to_capture"])
    if prepaid:
        return_excess(payment, now=now)
    else:
        capture(payment, now=now)
