"""Store credit as the pages tell it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grocery.kernel.money import Money, dong
from grocery.ordering.public import CartView, OrderState, OrderView, UseCredit
from grocery.payments import public as payments
from grocery.payments.public import CreditKind, Method, PaymentState, PaymentView, RefundState, RefundView
from grocery.storefront import tenders

KINDS: Final = {
    CreditKind.GRANTED: gettext_lazy("A gift from us"),
    CreditKind.TAKEN_BACK: gettext_lazy("Taken back"),
    CreditKind.SPENT: gettext_lazy("Paid for an order"),
    CreditKind.RETURNED: gettext_lazy("Back from an order"),
    CreditKind.PAID_IN: gettext_lazy("Your bank transfer"),
    CreditKind.PAID_OUT: gettext_lazy("Your bank transfer, taken out again"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditOffer:
    """What the checkout offers to use: `usable` of what there is, which leaves `rest` to be paid otherwise."""

    balance: Money
    usable: Money
    rest: Money
    by_weight: bool


def offer(cart: CartView, customer_id: UUID) -> CreditOffer | None:
    """None where there is none to use."""
    usable = payments.credit_for(customer_id=customer_id, amount=cart.ceiling)
    if not usable:
        return None
    balance = payments.credit_of(customer_id=customer_id)
    by_weight = cart.ceiling > cart.total
    return CreditOffer(balance=balance, usable=usable, rest=cart.ceiling - usable, by_weight=by_weight)


def wanted(posted: Mapping[str, Any]) -> UseCredit | None:
    """What the form says: the tick, and how much stood beside it."""
    shown = str(posted.get("credit_shown", ""))
    if "use_credit" not in posted:
        return None
    return UseCredit(dong(int(shown)) if shown.isascii() and shown.isdigit() and len(shown) < 15 else None)


def paid(payment: PaymentView, order: OrderView) -> dict[str, Money] | None:
    """How much of the order is paid with it, and what is left to pay otherwise; None where it pays nothing."""
    if not payment.credit or order.state is OrderState.CANCELLED:
        return None
    due = (order.charged if order.charged is not None else order.total) - order.given_back
    part = min(payment.credit, due)
    return {"part": part, "rest": due - part}


def pays_all(payment: PaymentView) -> bool:
    """Nothing of it is held or wanted in another way."""
    return payment.state is PaymentState.AUTHORISED and payment.credit == payment.authorised


def refunds(payment: PaymentView, said: Any, more: Callable[[RefundView], str]) -> list[dict[str, Any]]:
    """What went back or goes: what became credit by itself, the rest as `said` of it, and `more`: what comes next."""
    rows = []
    for refund in payment.refunds:
        if refund.to_credit:
            rows.append({"amount": refund.to_credit, "said": _back(refund)})
        if rest := refund.amount - refund.to_credit:
            rows.append({"amount": rest, "said": said(refund, payment.method), "more": more(refund)})
    return rows


def coming(refund: RefundView, method: Method) -> str:
    """Where money is that is on its way."""
    return _back(refund) if refund.to_credit == refund.amount else str(tenders.tender(method).coming)


def _back(refund: RefundView) -> str:
    there = refund.state is RefundState.SUCCEEDED or refund.to_credit != refund.amount
    return _("Back as store credit") if there else _("Comes back as store credit")
