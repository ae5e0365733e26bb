"""The ways to pay, as the shop says them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy

from grocery.kernel.money import Money
from grocery.ordering.public import OrderView
from grocery.payments import public as payments
from grocery.payments.public import Method, PaymentState, PaymentView

_REFUND, _COMING = gettext_lazy("Refund on its way"), gettext_lazy("The money is on its way")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tender:
    """One choice of the checkout, in words."""

    method: Method
    name: Any
    icon: str
    why: Any
    #: On the order's page: what waits to be charged; where what goes back goes; the same of a refund, and on its way.
    held: Any
    back: Any = ""
    refund: Any = _REFUND
    coming: Any = _COMING

    @property
    def value(self) -> str:
        return self.method.value


_ALL: Final = {
    tender.method: tender
    for tender in (
        Tender(
            method=Method.CARD,
            name=gettext_lazy("Card"),
            icon="card",
            why=gettext_lazy("Held now, charged after packing"),
            held=gettext_lazy("Held on your card, charged once packed"),
            back=gettext_lazy("The money goes back to your card"),
            refund=gettext_lazy("Refund on its way to your card"),
            coming=gettext_lazy("The money is on its way to your card"),
        ),
        Tender(
            method=Method.MOMO,
            name="MoMo",
            icon="wallet",
            why=gettext_lazy("Held now, charged after packing"),
            held=gettext_lazy("Held in your MoMo wallet, charged once packed"),
            back=gettext_lazy("The money goes back to your MoMo wallet"),
            refund=gettext_lazy("Refund on its way to your MoMo wallet"),
            coming=gettext_lazy("The money is on its way to your MoMo wallet"),
        ),
        Tender(
            method=Method.BANK_TRANSFER,
            name=gettext_lazy("Bank transfer"),
            icon="bank",
            why=gettext_lazy("Scan a QR code with your bank's app"),
            held=gettext_lazy("Paid"),
            back=gettext_lazy("The money goes back to your bank account"),
            refund=gettext_lazy("Refund on its way to your bank account"),
            coming=gettext_lazy("The money is on its way to your bank account"),
        ),
        Tender(
            method=Method.CASH_ON_DELIVERY,
            name=gettext_lazy("Cash"),
            icon="cash",
            why=gettext_lazy("When you get it"),
            held=gettext_lazy("To be paid when you get it"),
        ),
    )
}


def may_change(order: OrderView, payment: PaymentView) -> bool:
    """Whether it can be paid in another way: not packed, no transfer has come, and store credit leaves a rest."""
    over = payment.state in {PaymentState.CAPTURED, PaymentState.CANCELLED}
    return order.may_be_paid_otherwise and not over and order.ceiling > payment.credit


def tender(method: Method) -> Tender:
    """That one, offered or not."""
    return _ALL[method]


@dataclass(frozen=True, slots=True)
class Refusal:
    """What to say of an attempt that failed."""

    title: Any
    text: Any


_CARD_DECLINED: Final = Refusal(
    gettext_lazy("The card was declined."), gettext_lazy("Nothing was charged. Try again, or use another card.")
)
_NOT_PAID: Final = Refusal(
    gettext_lazy("The payment did not go through."), gettext_lazy("Nothing was charged. You can try again.")
)
#: MoMo's result codes of which its customer can do something.
_BY_CODE: Final = {
    "1001": Refusal(
        gettext_lazy("There is not enough money in your MoMo wallet."),
        gettext_lazy("Nothing was charged. Top it up and try again."),
    ),
    "1004": Refusal(
        gettext_lazy("This is above the limit of your MoMo wallet."), gettext_lazy("Nothing was charged.")
    ),
    "1005": Refusal(
        gettext_lazy("The time to confirm in MoMo was over."),
        gettext_lazy("Nothing was charged. Here is a new link."),
    ),
    "1006": Refusal(
        gettext_lazy("You did not confirm the payment in MoMo."),
        gettext_lazy("Nothing was charged. You can try again."),
    ),
    "4002": Refusal(
        gettext_lazy("MoMo asks you to verify your face in its app first."), gettext_lazy("Nothing was charged.")
    ),
}


def refused(method: Method, code: str) -> Refusal | None:
    """What to say of the last attempt; None where there was none, or it did not fail."""
    if not code:
        return None
    return _CARD_DECLINED if method is Method.CARD else _BY_CODE.get(code, _NOT_PAID)


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to pay on the checkout page; `problem` says why it cannot be chosen now."""

    tender: Tender
    problem: str = ""


def choices(amount: Money, customer_id: UUID, language: str) -> list[Choice]:
    """All that the shop has, for an order of this amount by this customer."""
    return [
        Choice(_ALL[offer.method], payments.explained(offer, amount=amount).text(language) if offer.why_not else "")
        for offer in payments.offers(amount=amount, customer_id=customer_id)
    ]


def chosen(wanted: str, among: Sequence[Choice] | None = None) -> str:
    """What is wanted where it can be chosen, else the first that can; "" where none can."""
    if among is None:
        values = [_ALL[method].value for method in payments.offered()]
    else:
        values = [choice.tender.value for choice in among if not choice.problem]
    return wanted if wanted in values else next(iter(values), "")
