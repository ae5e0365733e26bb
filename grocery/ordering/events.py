"""What has happened to orders and offers. Stream "order:<id>": each subscriber hears one order's facts in order.

Names, addresses and remarks are not in here: ask `ordering.public.order` when telling people.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from grocery.kernel.events import Event
from grocery.kernel.money import Money
from grocery.ordering.contracts import CancelMotive, CancelReason
from grocery.ordering.contracts.charges import ChargedLine, OfferAmount, RateAmounts


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """So much of one SKU, in its own unit."""

    sku: str
    quantity: Decimal


@dataclass(frozen=True, kw_only=True)
class OrderFact(Event):
    """Something about one order: which, its number as people say it, and whose."""

    order_id: UUID
    number: str
    customer_id: UUID

    @property
    def stream(self) -> str:
        return f"order:{self.order_id}"


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(OrderFact):
    """A cart has become an order: prices fixed, goods reserved, slot booked. `total` is to be paid."""

    store_id: UUID
    lines: tuple[OrderedLine, ...]
    total: Money


@dataclass(frozen=True, kw_only=True)
class OrderConfirmed(OrderFact):
    """The money is authorised, or will be paid at the door: the order will be picked."""


@dataclass(frozen=True, kw_only=True)
class SubstituteProposed(OrderFact):
    """Something ran out, and the customer is asked what may come instead; `ordering.public.question` tells all."""

    substitution_id: UUID
    sku: str
    with_sku: str
    answer_by: datetime


@dataclass(frozen=True, kw_only=True)
class WeightQuestioned(OrderFact):
    """The scale shows less or more than may be packed, and the customer is asked; see `public.weight_question`."""

    question_id: UUID
    sku: str
    ordered: Decimal
    weighed: Decimal
    answer_by: datetime


@dataclass(frozen=True, kw_only=True)
class LineSubstituted(OrderFact):
    """So much of one SKU will not come, so much of another will, for the lower of the two prices.

    `by`: "customer", "staff" or "system". `total` is what the order comes to now.
    """

    store_id: UUID
    sku: str
    quantity: Decimal
    with_sku: str
    with_quantity: Decimal
    by: str
    total: Money


@dataclass(frozen=True, kw_only=True)
class LineLeftOut(OrderFact):
    """So much of one SKU ran out and will not come; nothing is paid for it. `by` as in LineSubstituted."""

    store_id: UUID
    sku: str
    quantity: Decimal
    by: str
    total: Money


@dataclass(frozen=True, kw_only=True)
class OrderTenderChanged(OrderFact):
    """It is paid by `method` from now on, not by `before` (each a `PaymentMethod`). `by`: "customer" or "staff".

    Where it was not `is_confirmed`, its confirmation follows and says how it is paid.
    """

    before: str
    method: str
    by: str
    is_confirmed: bool


@dataclass(frozen=True, kw_only=True)
class OrderPickingStarted(OrderFact):
    """Someone walks the aisles; the customer can no longer cancel."""


@dataclass(frozen=True, kw_only=True)
class OrderPicked(OrderFact):
    """Everything is in its crates: what was found, and of which SKUs the shelf held too little, in their own units.

    `substituted`: the SKUs among `found` that stand in for others. `crates`: how many there are to carry.
    """

    store_id: UUID
    found: tuple[OrderedLine, ...]
    short: tuple[OrderedLine, ...]
    substituted: tuple[str, ...]
    crates: int


@dataclass(frozen=True, kw_only=True)
class OrderPacked(OrderFact):
    """Sealed. `total` is what was really packed: what is charged."""

    total: Money


@dataclass(frozen=True, kw_only=True)
class OrderCharged(OrderFact):
    """The customer owes `total`, for what was packed: for the books, by VAT rate, with what each offer took off.

    Told once per order, with OrderPacked. `parts` add up to `total`, `offers` to their discounts. `lines`: the goods,
    for the invoice; facts from before there were invoices have none.
    """

    store_id: UUID
    total: Money
    parts: tuple[RateAmounts, ...]
    offers: tuple[OfferAmount, ...]
    at: datetime
    by: UUID | None = None
    lines: tuple[ChargedLine, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ChargeReduced(OrderFact):
    """The customer owes `total` less than was charged, because goods came back or nothing is collected. Told once per
    return, when it can no longer be undone; all of an order's together are at most its charge.

    `parts` and `lines` as in OrderCharged, with what was really paid for goods: without discounts. `kind` is a
    `ReturnKind`.
    """

    store_id: UUID
    return_id: UUID
    kind: str
    total: Money
    parts: tuple[RateAmounts, ...]
    at: datetime
    by: UUID | None = None
    lines: tuple[ChargedLine, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OrderDispatched(OrderFact):
    """On its way to the customer."""


@dataclass(frozen=True, kw_only=True)
class OrderDelivered(OrderFact):
    """In the customer's hands."""


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(OrderFact):
    """Ended before it was packed: goods and slot are free again, the money is let go."""

    reason: CancelReason
    lines: tuple[OrderedLine, ...] = ()
    #: What the people who did it gave as their reason.
    motive: CancelMotive = CancelMotive.UNSAID


@dataclass(frozen=True, kw_only=True)
class OrderChanged(OrderFact):
    """It became another before picking; goods are reserved and money is held for what it is now. `total` is what it
    comes to, `slot_id` its new slot, None where that stayed."""

    store_id: UUID
    by: str
    more: tuple[OrderedLine, ...]
    less: tuple[OrderedLine, ...]
    total_before: Money
    total: Money
    slot_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class OrderChangeNotMade(OrderFact):
    """A change that waited for its payment is off: the order is as it was."""

    revision_id: UUID


@dataclass(frozen=True, kw_only=True)
class OrderPartlyCancelled(OrderFact):
    """Some of its goods were called off before picking: they are free again. `total` is what it comes to now."""

    store_id: UUID
    by: str
    motive: CancelMotive
    #: What was taken off, not what is left.
    lines: tuple[OrderedLine, ...]
    total_before: Money
    total: Money


@dataclass(frozen=True, kw_only=True)
class OrderUndelivered(OrderFact):
    """It came back to the store: nobody was at home, or nobody fetched it. A person decides how it goes on."""

    store_id: UUID


@dataclass(frozen=True, kw_only=True)
class OrderRescheduled(OrderFact):
    """What came back is brought again, in another slot."""

    store_id: UUID
    slot_starts_at: datetime


@dataclass(frozen=True, kw_only=True)
class LineRejected(OrderFact):
    """So much of a line was refused at the door; `amount` less is paid for it. May be undone until it is handed over.

    `reason` is a `ReturnReason`.
    """

    store_id: UUID
    return_id: UUID
    sku: str
    quantity: Decimal
    reason: str
    amount: Money


@dataclass(frozen=True, kw_only=True)
class ReturnRequested(OrderFact):
    """The customer wants to give these back; staff decide."""

    store_id: UUID
    return_id: UUID
    lines: tuple[OrderedLine, ...]


@dataclass(frozen=True, kw_only=True)
class ReturnDecided(OrderFact):
    """What staff decided of it stands: `amount` goes back for the lines that were accepted."""

    store_id: UUID
    return_id: UUID
    accepted: tuple[OrderedLine, ...]
    refused: tuple[OrderedLine, ...]
    amount: Money


@dataclass(frozen=True, kw_only=True)
class OrderReturned(OrderFact):
    """These were given back, at the door or later, and `amount` with them. `kind` is a `ReturnKind`."""

    store_id: UUID
    return_id: UUID
    kind: str
    lines: tuple[OrderedLine, ...]
    amount: Money


@dataclass(frozen=True, kw_only=True)
class OfferChanged(Event):
    """What an offer on single products says from now on, for everybody: shelves show it while its window is open.

    `percent` off, or `price` per unit (đồng). `skus` empty: it lowers no product any more. `store_id` None:
    every store.
    """

    offer_id: UUID
    store_id: UUID | None
    skus: tuple[str, ...]
    percent: int
    price: int | None
    starts_at: datetime
    ends_at: datetime | None

    @property
    def stream(self) -> str:
        return f"offer:{self.offer_id}"
