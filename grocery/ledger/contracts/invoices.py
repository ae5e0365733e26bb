"""Electronic invoices: what is to be told to whoever issues them, and what has become of it.

The law (Decree 254/2026/NĐ-CP with Circular 91/2026/TT-BTC) has invoices issued by certified providers, never edited
once they are, and adjusted by further ones that name them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from grocery.kernel.errors import DomainError
from grocery.kernel.money import Money
from grocery.ledger.contracts.facts import Charged, Reduced


class InvoiceKind(StrEnum):
    """invoice: what an order was charged · correction: by how much less, naming its invoice · replacement: the same
    as the invoice that it names and takes the place of, made out to another company."""

    INVOICE = "invoice"
    CORRECTION = "correction"
    REPLACEMENT = "replacement"


class FilingState(StrEnum):
    """prepared: not sent yet · sent: its provider has it, or may have it · issued · refused: a person sees to it ·
    replaced: issued, and another one that names it since."""

    PREPARED = "prepared"
    SENT = "sent"
    ISSUED = "issued"
    REFUSED = "refused"
    REPLACED = "replaced"


class ItemKind(StrEnum):
    """What a line of an invoice is of."""

    GOODS = "goods"
    DELIVERY = "delivery"
    DISCOUNT = "discount"


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """`amount` is net of VAT, in đồng; below nothing for discounts and in corrections.

    `quantity` is of the SKU's own unit, None for what is not counted. `unit_price` is `amount` by the piece, net of
    VAT, rounded to six places: it explains the amount, and does not make it.
    """

    kind: ItemKind
    sku: str
    name_en: str
    name_vi: str
    unit: str
    quantity: Decimal | None
    unit_price: Decimal | None
    rate: Decimal
    amount: int


@dataclass(frozen=True, slots=True)
class InvoiceRate:
    """Everything at one VAT rate (percent): net of VAT, and the VAT. đồng."""

    rate: Decimal
    net: int
    vat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceDraft:
    """What an invoice is to say, once per `source`. The lines add up to the rates, rate by rate.

    `replaces`, `by`, `reason`: of a replacement, the invoice, and who wanted it and why.
    """

    kind: InvoiceKind
    source: str
    at: datetime
    order_id: UUID
    order_number: str
    store_id: UUID
    lines: tuple[InvoiceLine, ...]
    rates: tuple[InvoiceRate, ...]
    replaces: UUID | None = None
    by: UUID | None = None
    reason: str = ""

    @property
    def net(self) -> int:
        return sum(part.net for part in self.rates)

    @property
    def vat(self) -> int:
        return sum(part.vat for part in self.rates)


@dataclass(frozen=True, slots=True)
class Buyer:
    """The company that an invoice is to be made out to. `tax_code` (MST) has ten digits, or ten, a dash and three."""

    tax_code: str
    company: str
    address: str
    email: str


@dataclass(frozen=True, slots=True)
class Seller:
    """Whose invoices these are."""

    name: str
    tax_code: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceDocument:
    """One invoice, whole, as its provider is told. Amounts in đồng.

    `number` is ours, within `series`; the one that the law means is the provider's. `corrects`: our series and number
    of the invoice that it adjusts, and the provider's name for it; `replaces`: the same of that whose place it takes.
    """

    kind: InvoiceKind
    series: str
    number: int
    at: datetime
    order_number: str
    seller: Seller
    buyer: Buyer | None
    lines: tuple[InvoiceLine, ...]
    rates: tuple[InvoiceRate, ...]
    net: int
    vat: int
    corrects: tuple[str, int, str] | None = None
    replaces: tuple[str, int, str] | None = None

    @property
    def gross(self) -> int:
        return self.net + self.vat


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """One invoice of an order, for its customer. `reference` and `look_up` are the provider's, once it is issued."""

    id: UUID
    kind: InvoiceKind
    name: str
    at: datetime
    state: FilingState
    total: Money
    vat: Money
    reference: str
    look_up: str


class InvoiceLineOf(Protocol):
    """A line as orders tell of it; `amount` has the VAT in it."""

    @property
    def sku(self) -> str: ...
    @property
    def name_en(self) -> str: ...
    @property
    def name_vi(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def rate(self) -> Decimal: ...
    @property
    def amount(self) -> Money: ...


class ChargedByLine(Charged, Protocol):
    @property
    def lines(self) -> Sequence[InvoiceLineOf]: ...


class ReducedByLine(Reduced, Protocol):
    @property
    def lines(self) -> Sequence[InvoiceLineOf]: ...


class InvoiceAdjusted(DomainError):
    """What was adjusted is adjusted again, and not replaced."""

    code = "invoice_adjusted"
    status = 409
    en = "A correction has adjusted this invoice, so it cannot be replaced: have your provider adjust it again."
    vi = "Hóa đơn này đã được điều chỉnh nên không thể thay thế, hãy lập tiếp hóa đơn điều chỉnh tại nhà cung cấp."


class InvoiceIs(DomainError):
    """Somebody was faster, or its provider was."""

    code = "invoice_is"
    status = 409
    en = "This invoice does not wait for anybody any more."
    vi = "Hóa đơn này không còn chờ xử lý nữa."
