"""A customer wants the invoice in the name of their company. Under the order's lock, as packing is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from grocery.kernel.principal import Principal
from grocery.ledger import public as ledger
from grocery.ordering import models
from grocery.ordering.contracts import OrderState, OrderView
from grocery.ordering.contracts.invoices import InvoiceTooLate
from grocery.ordering.services import transitions

_BEFORE_PACKING: Final = frozenset({OrderState.PLACED, OrderState.CONFIRMED, OrderState.PICKING})


@dataclass(frozen=True, slots=True)
class OrderInvoices:
    """`buyer` None: made out to no company. `documents`: none before the order is packed.

    `may_be_asked`: until the order is packed a company may be named, another one, or none.
    """

    buyer: ledger.Buyer | None
    documents: tuple[ledger.InvoiceView, ...]
    may_be_asked: bool


@transaction.atomic
def ask_invoice(*, order_id: UUID, buyer: ledger.Buyer, by: Principal, now: datetime) -> None:
    """Have it made out to that company, in place of any named before."""
    order = _lock_unpacked(order_id, by)
    staff = by.id if by.kind == "staff" else None
    ledger.name_buyer(order_id=order_id, buyer=buyer, by=staff, customer_id=order.customer_id, now=now)


@transaction.atomic
def ask_no_invoice(*, order_id: UUID, by: Principal) -> None:
    """Have it made out to nobody after all; again is harmless."""
    _lock_unpacked(order_id, by)
    ledger.name_nobody(order_id=order_id)


def invoices(order: OrderView) -> OrderInvoices:
    """What there is of an order that the caller may see."""
    return OrderInvoices(
        buyer=ledger.buyer_of(order.id),
        documents=ledger.invoices_of(order_id=order.id),
        may_be_asked=order.state in _BEFORE_PACKING,
    )


def _lock_unpacked(order_id: UUID, by: Principal) -> models.Order:
    order = transitions.lock(order_id, by=by)
    if order.state not in _BEFORE_PACKING:
        raise InvoiceTooLate
    return order
