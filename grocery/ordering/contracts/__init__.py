"""The words of ordering: ids, states, what carts and orders look like from outside, and what can go wrong.

A `sku`, `store_id` or `customer_id` is the catalogue's or the accounts' id. Quantities are exact, in the
product's own unit (pieces, kg, l). Prices include VAT.
"""

from grocery.ordering.contracts.carts import (
    CartId,
    CartLine,
    CartOwner,
    CartView,
    HeldSlot,
    PriceChange,
    VatPart,
)
from grocery.ordering.contracts.changes import CancelMotive, ChangeKind, LineChange, OrderChange
from grocery.ordering.contracts.errors import (
    BelowMinimum,
    CartEmpty,
    CartFull,
    MoreThanOrdered,
    NothingToPay,
    OrderNotCancellable,
    ProductNotSold,
    QuantityNotInSteps,
    QuantityTooLarge,
    TotalChanged,
    WeightOutOfTolerance,
    WrongState,
)
from grocery.ordering.contracts.orders import (
    CancelReason,
    OrderId,
    OrderLineView,
    OrderPage,
    OrderState,
    OrderSummary,
    OrderView,
    PaymentMethod,
    PaymentToMake,
    PlacedOrder,
    Recipient,
    TimelineEntry,
)
from grocery.ordering.contracts.prices import Adjustment, OfferKind

__all__ = [
    "Adjustment",
    "OfferKind",
    "CancelMotive",
    "ChangeKind",
    "LineChange",
    "OrderChange",
    "MoreThanOrdered",
    "CartOwner",
    "PriceChange",
    "CartLine",
    "VatPart",
    "HeldSlot",
    "CartView",
    "CartId",
    "OrderState",
    "PaymentMethod",
    "CancelReason",
    "PlacedOrder",
    "OrderLineView",
    "TimelineEntry",
    "Recipient",
    "OrderView",
    "OrderSummary",
    "OrderPage",
    "PaymentToMake",
    "OrderId",
    "ProductNotSold",
    "QuantityTooLarge",
    "QuantityNotInSteps",
    "CartFull",
    "CartEmpty",
    "TotalChanged",
    "BelowMinimum",
    "OrderNotCancellable",
    "WrongState",
    "NothingToPay",
    "WeightOutOfTolerance",
]
