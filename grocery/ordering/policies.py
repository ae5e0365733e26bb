"""The rules of carts and orders. Pure: no clock, no database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Final

from grocery.kernel.money import Money, dong, spread
from grocery.kernel.quantity import ZERO, Quantity, quantity
from grocery.ordering.contracts import (
    CancelReason,
    OrderState,
    QuantityNotInSteps,
    QuantityTooLarge,
    VatPart,
    WeightOutOfTolerance,
)

# --- carts ----------------------------------------------------------------------------------------

LINES_MOST: Final = 200
#: Of one product, in its own unit.
QUANTITY_MOST: Final = quantity(999)

#: How long a slot is kept for a cart that is being checked out.
SLOT_HELD_FOR: Final = timedelta(minutes=15)


def check_quantity(sku: str, wanted: Quantity, *, step: Quantity) -> None:
    """Raise QuantityTooLarge or QuantityNotInSteps unless a cart may hold `wanted` of this product."""
    if wanted > QUANTITY_MOST:
        raise QuantityTooLarge(sku, QUANTITY_MOST)
    if wanted % step:
        raise QuantityNotInSteps(sku, step)


def merged(mine: Mapping[str, Quantity], guests: Mapping[str, Quantity]) -> dict[str, Quantity]:
    """Both carts in one: quantities added, each and their number capped; what was mine stays first."""
    both = {sku: capped(mine.get(sku, ZERO) + guests.get(sku, ZERO)) for sku in [*mine, *guests]}
    return dict(list(both.items())[:LINES_MOST])


def capped(wanted: Decimal) -> Quantity:
    return Quantity(min(wanted, QUANTITY_MOST))


# --- totals ---------------------------------------------------------------------------------------


def vat_parts(amounts: Iterable[tuple[Decimal, Money]]) -> tuple[VatPart, ...]:
    """The VAT contained in amounts of (rate in percent, gross), one part per rate, lowest rate first.

    The exact VAT of everything is rounded once, half up, and spread over the rates by largest remainder, so that
    the parts add up to it to the đồng.
    """
    gross: dict[Decimal, Money] = {}
    for rate, amount in amounts:
        gross[rate] = gross.get(rate, dong(0)) + amount
    exact = {rate: gross[rate].minor * Fraction(rate) / (100 + Fraction(rate)) for rate in sorted(gross)}
    if not exact:
        return ()
    whole = dong(int(sum(exact.values()) + Fraction(1, 2)))
    common = lcm(*(share.denominator for share in exact.values()))
    shares = spread(whole, [int(share * common) for share in exact.values()])
    return tuple(VatPart(rate, gross[rate], vat) for rate, vat in zip(exact, shares, strict=True))


#: What carries no VAT.
NO_VAT: Final = Decimal(0)


def delivery_vat_rate(day: date) -> Decimal:
    """The VAT rate (percent) in a delivery fee: Resolution 204/2025/QH15 lowers 10 % to 8 % through 2026."""
    return Decimal(8) if day < date(2027, 1, 1) else Decimal(10)


# --- the order's states ---------------------------------------------------------------------------

#: From each state to those that may follow it. What is not here does not happen.
NEXT: Final[Mapping[OrderState, frozenset[OrderState]]] = {
    OrderState.PLACED: frozenset({OrderState.CONFIRMED, OrderState.CANCELLED}),
    OrderState.CONFIRMED: frozenset({OrderState.PICKING, OrderState.CANCELLED}),
    OrderState.PICKING: frozenset({OrderState.PACKED, OrderState.CANCELLED}),
    #: Straight to delivered when the customer collects it.
    OrderState.PACKED: frozenset({OrderState.OUT_FOR_DELIVERY, OrderState.DELIVERED}),
    OrderState.OUT_FOR_DELIVERY: frozenset({OrderState.DELIVERED}),
    OrderState.DELIVERED: frozenset(),
    OrderState.CANCELLED: frozenset(),
}

_BEFORE_PICKING: Final = frozenset({OrderState.PLACED, OrderState.CONFIRMED})
_BEFORE_PACKED: Final = _BEFORE_PICKING | {OrderState.PICKING}


def may_become(state: OrderState, wanted: OrderState) -> bool:
    return wanted in NEXT[state]


def may_be_cancelled(state: OrderState, reason: CancelReason) -> bool:
    """Customers until picking starts, staff and payments until the box is sealed, the clock while unpaid."""
    match reason:
        case CancelReason.CUSTOMER:
            return state in _BEFORE_PICKING
        case CancelReason.NOT_PAID | CancelReason.OUT_OF_STOCK:
            return state is OrderState.PLACED
        case CancelReason.STAFF | CancelReason.PAYMENT_CANCELLED:
            return state in _BEFORE_PACKED


def kept_until(slot_ends_at: datetime) -> datetime:
    """How long goods stay reserved for an order that is paid for: a day beyond its slot."""
    return slot_ends_at + timedelta(days=1)


# --- packing --------------------------------------------------------------------------------------

#: The least that may be packed of what is weighed or measured, as a part of what was ordered.
LEAST_PACKED: Final = Decimal("0.9")


def check_packed(sku: str, ordered: Quantity, packed: Quantity, *, unit: str) -> None:
    """Raise WeightOutOfTolerance unless that much may be packed: pieces as ordered, weights 90 to 100 %."""
    least = ordered if unit == "piece" else quantity((ordered * LEAST_PACKED).quantize(Decimal("0.001")))
    if not least <= packed <= ordered:
        raise WeightOutOfTolerance(sku, least, ordered)


# --- numbers --------------------------------------------------------------------------------------


def epoch_letter(restore_epoch: int) -> str:
    """The letter of order numbers: G, then H after a restored backup, so that no number is given twice."""
    return chr(ord("A") + (ord("G") - ord("A") + restore_epoch) % 26)
