"""What an order is charged and what of it is taken back, as invoices: the same đồng as in the books. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from uuid import UUID

from grocery.kernel.money import Money, spread
from grocery.ledger.contracts.facts import AtOneRate, Charge, OfOffer
from grocery.ledger.contracts.invoices import (
    ChargedByLine,
    InvoiceDraft,
    InvoiceKind,
    InvoiceLine,
    InvoiceLineOf,
    InvoiceRate,
    ItemKind,
    ReducedByLine,
)

_PLACES: Final = Decimal("0.000001")
#: Where a fact does not tell its lines: from before there were invoices.
_GOODS: Final = ("Goods", "Hàng hóa")
_DELIVERY: Final = ("Delivery", "Phí giao hàng")
_NEAR_ITS_DATE: Final = ("Near its date", "Cận hạn sử dụng")


def invoiced(fact: ChargedByLine) -> InvoiceDraft:
    """Goods at list prices, the delivery fee and each offer as lines; rate by rate what the books call revenue,
    delivery and discounts."""
    lines = [line for part in fact.parts for line in _charged_lines(fact, part)]
    rates = [InvoiceRate(part.rate, _net(part), part.vat.minor) for part in fact.parts]
    return _draft(fact, InvoiceKind.INVOICE, f"invoice:{fact.order_id}", lines, rates)


def corrected(fact: ReducedByLine) -> InvoiceDraft:
    """The same of what is taken back, at what was paid for it, below nothing."""
    lines = [line for part in fact.parts for line in (*_goods(fact.lines, part, -1), *_fee(part, -1))]
    rates = [InvoiceRate(part.rate, -_net(part), -part.vat.minor) for part in fact.parts]
    return _draft(fact, InvoiceKind.CORRECTION, f"correction:{fact.return_id}", lines, rates)


def replacing(invoice: InvoiceDraft, invoice_id: UUID, *, by: UUID, reason: str, at: datetime) -> InvoiceDraft:
    """The same again, in place of that invoice. The books do not hear of it: nothing is sold twice."""
    return replace(
        invoice,
        kind=InvoiceKind.REPLACEMENT,
        source=f"replacement:{invoice_id}",
        at=at,
        replaces=invoice_id,
        by=by,
        reason=reason,
    )


def _charged_lines(fact: ChargedByLine, part: AtOneRate) -> Iterator[InvoiceLine]:
    yield from _goods(fact.lines, part, 1)
    yield from _fee(part, 1)
    yield from _discounts(offer for offer in fact.offers if offer.rate == part.rate)


def _net(part: AtOneRate) -> int:
    return part.goods.minor + part.fee.minor - part.discount.minor


def _goods(told: Sequence[InvoiceLineOf], part: AtOneRate, sign: int) -> Iterator[InvoiceLine]:
    """The goods at that rate, which together are what the books say; each has its share by its price."""
    lines = [line for line in told if line.rate == part.rate]
    goods = part.goods - part.discount if sign < 0 else part.goods
    if not lines:
        if goods:
            yield _uncounted(ItemKind.GOODS, *_GOODS, part.rate, sign * goods.minor)
        return
    for line, amount in zip(lines, spread(goods, [line.amount.minor for line in lines]), strict=True):
        yield InvoiceLine(
            kind=ItemKind.GOODS,
            sku=line.sku,
            name_en=line.name_en,
            name_vi=line.name_vi,
            unit=line.unit,
            quantity=sign * line.quantity if line.quantity else None,  # money alone came back: nothing is counted
            unit_price=_unit_price(amount, line.quantity) if line.quantity else None,
            rate=line.rate,
            amount=sign * amount.minor,
        )


def _unit_price(amount: Money, quantity: Decimal) -> Decimal:
    return (amount.minor / quantity).quantize(_PLACES, ROUND_HALF_UP)


def _fee(part: AtOneRate, sign: int) -> Iterator[InvoiceLine]:
    if part.fee:
        yield _uncounted(ItemKind.DELIVERY, *_DELIVERY, part.rate, sign * part.fee.minor)


def _discounts(offers: Iterable[OfOffer]) -> Iterator[InvoiceLine]:
    for offer in offers:
        names = (offer.name_en or _NEAR_ITS_DATE[0], offer.name_vi or _NEAR_ITS_DATE[1])
        yield _uncounted(ItemKind.DISCOUNT, *names, offer.rate, -offer.amount.minor)


def _uncounted(kind: ItemKind, name_en: str, name_vi: str, rate: Decimal, amount: int) -> InvoiceLine:
    return InvoiceLine(kind, "", name_en, name_vi, "", None, None, rate, amount)


def _draft(fact: Charge, kind: InvoiceKind, source: str, lines: list[Any], rates: list[Any]) -> InvoiceDraft:
    return InvoiceDraft(
        kind=kind,
        source=source,
        at=fact.at,
        order_id=fact.order_id,
        order_number=fact.number,
        store_id=fact.store_id,
        lines=tuple(lines),
        rates=tuple(rates),
    )
