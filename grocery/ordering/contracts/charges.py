"""What an order is charged, as books and invoices need it: by VAT rate, net of VAT, by line, explained by offers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from grocery.kernel.money import Money


@dataclass(frozen=True, slots=True)
class RateAmounts:
    """Everything at one VAT rate (percent). All but `vat` are net of VAT.

    `goods` and `fee` are before offers, `discount` is what offers took off both; `vat` is the VAT in what is left.
    """

    rate: Decimal
    goods: Money
    fee: Money
    discount: Money
    vat: Money

    @property
    def total(self) -> Money:
        """What the customer owes of it, VAT included."""
        return self.goods + self.fee - self.discount + self.vat


@dataclass(frozen=True, slots=True)
class ChargedLine:
    """So much of one SKU, in its own unit, as an invoice names it; `rate` in percent.

    `amount` has the VAT in it: before offers where it is charged, what was really paid where it is taken back.
    """

    sku: str
    name_en: str
    name_vi: str
    unit: str
    quantity: Decimal
    rate: Decimal
    amount: Money


@dataclass(frozen=True, slots=True)
class OfferAmount:
    """What one offer took off at one VAT rate, net of VAT. `offer_id` None: the markdown of a lot near its date."""

    rate: Decimal
    offer_id: UUID | None
    kind: str
    name_en: str
    name_vi: str
    amount: Money
