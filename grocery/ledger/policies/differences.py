"""Why an order does not close, in one word. Pure."""

from __future__ import annotations

from grocery.ledger.contracts import Difference, OrderSums


def difference(sums: OrderSums) -> Difference | None:
    """None where its lines, fees and discounts come to what was taken less what was paid back."""
    if not sums.balance:
        return None
    if sums.balance < 0:
        return Difference.NOT_PAID_BACK if sums.charged else Difference.NOT_CHARGED
    if not sums.taken:
        return Difference.NOT_PAID
    paid_ahead = max(-sums.taken - sums.charged, 0)
    too_much = sums.returned > -sums.reduced + paid_ahead
    return Difference.PAID_BACK_TOO_MUCH if too_much else Difference.PAID_TOO_LITTLE
