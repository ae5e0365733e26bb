"""An order wants to be paid."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from grocery.kernel.errors import Conflict
from grocery.kernel.money import Money
from grocery.kernel.outbox import publish
from grocery.payments.contracts import Method, MethodNotOffered, PaymentState, PaymentView
from grocery.payments.contracts.providers import MethodAway
from grocery.payments.events import PaymentAuthorised
from grocery.payments.gateways import breaker
from grocery.payments.gateways.registry import provider_of
from grocery.payments.models import Bill, Payment
from grocery.payments.policies import TRANSFERS, check_limits
from grocery.payments.services.offers import configured
from grocery.payments.services.transfer_step import new_memo


def open_payment(
    *,
    order_id: UUID,
    order_number: str,
    payer_id: UUID,
    store_id: UUID,
    amount: Money,
    method: Method,
    now: datetime,
) -> PaymentView:
    """Write down that this order is to be paid; asking again for the same is harmless. Cash is promised at once.

    Raises MethodNotOffered, MethodAway, AmountTooSmall, AmountTooLarge; Conflict where it was opened for something
    else.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a payment is opened in the transaction that places the order")
    wanted = {
        "order_number": order_number,
        "payer_id": payer_id,
        "store_id": store_id,
        "amount": amount.minor,
        "method": method,
    }
    bill, opened = Bill.opened(Payment(order_id=order_id, **wanted, **_terms(method, amount, now), opened_at=now))
    payment = bill.payments[0]
    if not opened and any(getattr(payment, name) != value for name, value in wanted.items()):
        raise Conflict
    if opened:
        payment.doubt = False  # nothing was asked of anybody yet
    if opened and payment.state == PaymentState.AUTHORISED:
        publish(PaymentAuthorised(order_id=order_id, amount=amount))
    return bill.view()


def _terms(method: Method, amount: Money, now: datetime) -> dict[str, object]:
    """Who takes the money, and how it stands to begin with."""
    if method not in configured():
        raise MethodNotOffered(method)
    match method:
        case Method.CASH_ON_DELIVERY:
            return {"state": PaymentState.AUTHORISED, "authorised_at": now}
        case Method.BANK_TRANSFER:
            check_limits(amount, TRANSFERS)
            return {"state": PaymentState.PENDING, "memo": new_memo()}
        case _:
            provider = provider_of(method)
            if breaker.is_believed_away(provider.name):
                raise MethodAway(method)
            check_limits(amount, provider.limits)
            return {"provider": provider.name}
