"""The order comes to another amount than it was opened for."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from grocery.kernel.errors import Conflict
from grocery.kernel.money import Money, dong, total
from grocery.kernel.outbox import publish
from grocery.payments.contracts import Method, PaymentIs, PaymentState
from grocery.payments.events import PaymentAuthorised
from grocery.payments.models import Bill, Payment
from grocery.payments.policies import LetGo, check_limits, check_taking, part_of_credit, top_up_of
from grocery.payments.services.change_tender import stay_unless_for
from grocery.payments.services.credit import credit_of, spend
from grocery.payments.services.let_go import end_top_up, let_go
from grocery.payments.services.limits import limits_of
from grocery.payments.services.money_facts import taken
from grocery.payments.services.open_payment import paid_with_credit
from grocery.payments.services.transfer_step import new_memo

_NOTHING = dong(0)


def raise_to(
    *, order_id: UUID, amount: Money, reference: UUID, now: datetime, until: datetime | None = None
) -> Money:
    """Have `amount` held for this order, in the caller's transaction; what the customer has yet to authorise for it.

    Zero: the change of the order may be applied at once, and no fact comes. That is so for cash, where enough is
    held, and where the order has not been paid at all: then the customer simply pays the new amount. Where store
    credit pays a part of the order, what is left of it is spent on the difference first. Otherwise a top-up is opened
    for it (at least the smallest payment), to be paid on the order's payment page, and the fact that follows carries
    `reference`, the id of the change: PaymentAuthorised once it is paid; TopUpEnded if it was not by `until`, or no
    longer can be. What was held before stays untouched either way.

    There is one top-up to pay at a time: a newer one ends the one before. Asking again with the same `reference` and
    amount is harmless, with another amount or after its end a Conflict. Raises PaymentIs once a capture was asked for
    or the money was let go; AmountTooLarge; AmountTooSmall for an amount that cannot be paid in this way;
    NotEnoughCredit where credit was spent elsewhere at this very moment.
    """
    bill = Bill.open(order_id)
    stay_unless_for(bill, amount, now=now)
    if bill.is_cash or not bill.base.is_held():
        more = amount - bill.paid_with_credit() - bill.base.total
        _pay_with_credit(bill, more, reference, now)
        _set(bill, amount, now)
        return dong(0)
    if mine := bill.top_up(reference):
        return _again(bill, mine, amount)
    for other in [payment for payment in bill.waiting() if not payment.standby]:
        end_top_up(bill, other, LetGo.NOT_NEEDED, now=now)
    limits = limits_of(bill.base)
    _pay_with_credit(bill, amount - bill.authorised(), reference, now, least=limits.minimum)
    missing = top_up_of(amount, authorised=bill.authorised(), least=limits.minimum)
    if missing:
        check_limits(missing, limits)
        _add(bill, bill.base, missing, top_up_for=reference, pay_until=until, look_at=until, opened_at=now)
    return missing


def lower_to(*, order_id: UUID, amount: Money, now: datetime) -> None:
    """The order comes to no more than `amount` any longer, in the caller's transaction.

    A top-up without which `amount` is still held is let go, waiting or authorised, newest first. What else is held
    stays so until the capture, which takes less: a hold cannot be made smaller. A payment that nobody has made
    yet is for the new amount. Asking again is harmless. Raises as raise_to.
    """
    bill = Bill.open(order_id)
    stay_unless_for(bill, amount, now=now)
    if bill.is_cash or not bill.base.is_held():
        _set(bill, amount, now)
        return
    check_taking(amount, authorised=amount)
    for payment in reversed(bill.live()):
        left = total(other.total for other in bill.live()) - payment.total
        if not payment.is_live() or not payment.top_up_for or left < amount:
            continue
        if payment.is_held():
            let_go(payment, LetGo.NOT_NEEDED, now=now)
        else:
            end_top_up(bill, payment, LetGo.NOT_NEEDED, now=now)


def change_cash(*, order_id: UUID, amount: Money, now: datetime) -> None:
    """The order comes to another amount, more or less, in the caller's transaction: the driver is to collect what
    store credit does not pay of it. Asking again is harmless.

    Raises PaymentIs unless the order is paid in cash, and once that was taken or the order is off; AmountTooSmall.
    """
    bill = Bill.locked(order_id)
    stay_unless_for(bill, amount, now=now)
    all_paid = bill.paid_with_credit() and not bill.rest_of(amount)
    if bill.is_cash and bill.base.state == PaymentState.AUTHORISED:
        _set(bill, amount, now)
    elif not bill.is_cash or not all_paid:
        raise PaymentIs(bill.state())


def _again(bill: Bill, mine: Payment, amount: Money) -> Money:
    """The same change once more: what it still lacks."""
    lacking = mine.total if mine.is_waiting() else dong(0)
    least = limits_of(mine).minimum
    beside = (one.total for one in bill.credits if one.top_up_for == mine.top_up_for and one.is_live())
    others = bill.authorised() + total(beside) if mine.is_waiting() else bill.authorised() - mine.total
    if not mine.is_live() or top_up_of(amount, authorised=others, least=least) != mine.total:
        raise Conflict
    return lacking


def _set(bill: Bill, amount: Money, now: datetime) -> None:
    """What carries the order is for this amount, less what store credit pays: in place where nobody has heard of
    another, or by a new payment."""
    base = bill.base
    check_taking(amount, authorised=amount)
    rest = _rest(bill, amount)
    if base.total == rest:
        return
    if rest and not bill.is_cash:
        check_limits(rest, limits_of(base))
    if bill.provider and base.was_asked_for():
        let_go(base, LetGo.REPLACED, now=now)
        base = _add(bill, base, rest, opened_at=now)
    else:
        base.amount = rest.minor
        base.to_capture = rest.minor or None if bill.is_packed() else None
        base.save(update_fields=["amount", "to_capture"])
    if not rest and not base.is_held():
        _nothing_to_pay(base, amount, now)


def _rest(bill: Bill, amount: Money) -> Money:
    """What is to be paid beside store credit: nothing, or enough to be paid in that way."""
    if not bill.credits or bill.is_cash:
        return bill.rest_of(amount)
    return top_up_of(amount, authorised=bill.paid_with_credit(), least=limits_of(bill.base).minimum)


def _pay_with_credit(bill: Bill, more: Money, reference: UUID, now: datetime, *, least: Money = _NOTHING) -> None:
    """Where store credit pays a part of the order, what is left of it pays what comes to it, as far as it does.

    So much less that a rest can be paid, which is `least` or more. Raises NotEnoughCredit.
    """
    if more <= _NOTHING or not bill.paid_with_credit():
        return
    paid = part_of_credit(credit_of(customer_id=bill.base.payer_id), more, least=least)
    if paid:
        payment = bill.add(**paid_with_credit(paid, now), top_up_for=reference, opened_at=now)
        spend(payment, now=now)
        publish(taken(payment, now=now))


def _nothing_to_pay(base: Payment, amount: Money, now: datetime) -> None:
    """Store credit pays for all that the order still comes to."""
    base.state, base.authorised_at = PaymentState.AUTHORISED, now
    base.save(update_fields=["state", "authorised_at"])
    publish(PaymentAuthorised(order_id=base.order_id, amount=amount))


def _add(bill: Bill, like: Payment, amount: Money, **terms: object) -> Payment:
    """Another payment in the way of that one."""
    memo = new_memo() if like.method == Method.BANK_TRANSFER else ""
    return bill.add(method=Method(like.method), provider=like.provider, memo=memo, amount=amount.minor, **terms)
