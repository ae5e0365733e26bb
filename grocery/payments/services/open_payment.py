"""An order is to be paid."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from grocery.kernel.errors import Conflict
from grocery.kernel.money import Money, dong, total
from grocery.kernel.outbox import publish
from grocery.payments.contracts import Method, MethodNotOffered, PaymentState, PaymentView
from grocery.payments.contracts.credit import CREDIT
from grocery.payments.contracts.providers import MethodAway
from grocery.payments.events import PaymentAuthorised
from grocery.payments.gateways import breaker
from grocery.payments.gateways.registry import provider_of
from grocery.payments.models import Bill, Payment
from grocery.payments.policies import TRANSFERS, Limits, check_limits, part_of_credit
from grocery.payments.services.credit import credit_of, spend
from grocery.payments.services.money_facts import taken
from grocery.payments.services.offers import configured
from grocery.payments.services.transfer_step import new_memo

_NOTHING = dong(0)


def open_payment(
    *,
    order_id: UUID,
    order_number: str,
    payer_id: UUID,
    store_id: UUID,
    amount: Money,
    method: Method,
    now: datetime,
    credit: Money = _NOTHING,
) -> PaymentView:
    """Write down that this order is to be paid; asking again for the same is harmless. Cash is promised at once.

    So much of the payer's store `credit` pays a part of it, or all, and is spent at once: at most what is needed, and
    so much less that the rest can be paid by `method`. Where it pays all, nobody is asked for anything.

    Raises MethodNotOffered, MethodAway, AmountTooSmall, AmountTooLarge, NotEnoughCredit; Conflict where it was opened
    for something else.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a payment is opened in the transaction that places the order")
    whose = {"order_id": order_id, "order_number": order_number, "payer_id": payer_id, "store_id": store_id}
    paid = part_of_credit(credit, amount, least=_least(method))
    first = [Payment(**whose, **paid_with_credit(paid, now), opened_at=now)] if paid else []
    terms = terms_of(method, amount - paid, payer_id, now)
    bill, opened = Bill.opened([*first, Payment(**whose, **terms, number=len(first), opened_at=now)])
    if not opened:
        return _opened_before(bill, amount, whose | {"method": method}).view()
    for payment in bill.payments:
        payment.doubt = False  # nothing was asked of anybody yet
    for spent in bill.credits:
        spend(spent, now=now)
        publish(taken(spent, now=now))
    if bill.base.state == PaymentState.AUTHORISED:
        publish(PaymentAuthorised(order_id=order_id, amount=amount))
    return bill.view()


def credit_for(*, customer_id: UUID, amount: Money, method: Method | None = None) -> Money:
    """How much of `amount` this customer's store credit would pay now beside that method; beside any without one.

    Raises MethodNotOffered.
    """
    have = credit_of(customer_id=customer_id)
    ways = configured() if method is None else (method,)
    return min((part_of_credit(have, amount, least=_least(way)) for way in ways), default=min(have, amount))


def _least(method: Method) -> Money:
    limits = limits_by(method)
    return limits.minimum if limits else _NOTHING


def limits_by(method: Method, amount: Money | None = None, *, payer_id: UUID | None = None) -> Limits | None:
    """What may be paid in that way at once, by whoever takes that amount of that payer; None for any.

    Raises MethodNotOffered."""
    if method not in configured():
        raise MethodNotOffered(method)
    match method:
        case Method.CASH_ON_DELIVERY:
            return None
        case Method.BANK_TRANSFER:
            return TRANSFERS
        case _:
            return provider_of(method, amount, payer_id=payer_id, is_away=breaker.is_believed_away).limits


def paid_with_credit(paid: Money, now: datetime) -> dict[str, Any]:
    """What a payment is that store credit makes, at once."""
    return {
        "method": Method.STORE_CREDIT,
        "provider": CREDIT,
        "memo": "",
        "amount": paid.minor,
        "captured": paid.minor,
        "state": PaymentState.CAPTURED,
        "authorised_at": now,
        "captured_at": now,
    }


def terms_of(method: Method, rest: Money, payer_id: UUID, now: datetime) -> dict[str, Any]:
    """Who takes the rest, and how it stands to begin with: of nothing, nobody is asked.

    Raises MethodNotOffered, MethodAway, AmountTooSmall, AmountTooLarge.
    """
    limits = limits_by(method, rest, payer_id=payer_id)
    if limits and rest:
        check_limits(rest, limits)
    terms: dict[str, Any] = {"method": method, "amount": rest.minor, "memo": ""}
    if not rest or method is Method.CASH_ON_DELIVERY:
        terms |= {"state": PaymentState.AUTHORISED, "authorised_at": now}
    elif method is Method.BANK_TRANSFER:
        terms |= {"state": PaymentState.PENDING, "memo": new_memo()}
    if method in {Method.CASH_ON_DELIVERY, Method.BANK_TRANSFER}:
        return terms
    provider = provider_of(method, rest, payer_id=payer_id, is_away=breaker.is_believed_away)
    if rest and breaker.is_believed_away(provider.name):
        raise MethodAway(method)
    return terms | {"provider": provider.name}


def _opened_before(bill: Bill, amount: Money, wanted: dict[str, Any]) -> Bill:
    base = bill.base
    opened_for = base.total + total(spent.total for spent in bill.credits)
    if opened_for != amount or any(getattr(base, name) != value for name, value in wanted.items()):
        raise Conflict
    return bill
