"""What an order comes to once there is less of its lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from decimal import Decimal

from grocery.kernel.money import Money, dong
from grocery.kernel.quantity import ZERO, Quantity, plain
from grocery.ordering import models, policies
from grocery.ordering.contracts import OfferKind


def take_off(order: models.Order, lines: Iterable[models.OrderLine], left: Mapping[str, Quantity]) -> None:
    """Leave only so much of these SKUs: prices stay, an offer goes with its goods pro rata. Saved, with the total.

    Whatever the order becomes later, what lowers these lines stays: it was the shop that took some back.
    `lines` are all of the locked order's.
    """
    lines = list(lines)
    touched = [line for line in lines if line.sku in left]
    for line in touched:
        _resize(line, left[line.sku])
        line.settled = line.settled or bool(line.discount)
    models.OrderLine.objects.resize(touched)
    _explain_anew(order, touched)
    add_up(order, lines)


def freed_by(line: models.OrderLine, less: Quantity) -> Money:
    """What the line would cost less without so much of it, its offers counted. Nothing changes."""
    smaller = copy(line)
    _resize(smaller, Quantity(line.quantity - less))
    return dong(line.net - smaller.net)


def _resize(line: models.OrderLine, left: Quantity) -> None:
    amount = dong(line.price) * left
    line.discount = policies.share(dong(line.discount), of=Quantity(line.quantity), kept=left, most=amount).minor
    line.quantity, line.amount = left, amount.minor
    line.reduced = [[percent, plain(units)] for percent, units in policies.still_reduced(line.reduced, left)]


def _explain_anew(order: models.Order, touched: Iterable[models.OrderLine]) -> None:
    """The rules' parts of each line's offers follow what is left of it; nothing left is not told."""
    if not order.discount:
        return
    rows = models.OrderAdjustment.objects.of_lines(order.id, [line.sku for line in touched])
    for line in touched:
        mine = [row for row in rows if row.sku == line.sku]
        parts = policies.shares([dong(-row.amount) for row in mine], whole=dong(line.discount))
        reduced: Decimal = sum((units for _, units in policies.still_reduced(line.reduced, line.quantity)), ZERO)
        for row, part in zip(mine, parts, strict=True):
            row.amount = -part.minor
            row.quantity = min(row.quantity, line.quantity)
            if row.kind == OfferKind.NEAR_EXPIRY:  # the cheapest units stay, and are told first
                row.quantity = Quantity(min(row.quantity, reduced))
                reduced -= row.quantity
    models.OrderAdjustment.objects.lessen(rows)


def add_up(order: models.Order, lines: Iterable[models.OrderLine]) -> None:
    """Let the order come to what all of its lines are; the fee and what was off it stay."""
    lines = list(lines)
    order.subtotal = sum(line.amount for line in lines)
    order.discount = sum(line.discount for line in lines)
    order.total = order.subtotal - order.discount + order.fee - order.fee_discount
    order.headroom = sum(line.headroom for line in lines)
    order.save(update_fields=["subtotal", "discount", "total", "headroom"])
