"""What has changed about a line of a cart since its owner acknowledged it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from grocery.kernel.money import Money
from grocery.kernel.quantity import Quantity
from grocery.ordering.contracts import CartNews


@dataclass(frozen=True, slots=True)
class Seen:
    """A line at one look: its price, how much of it was short, what offers took off, whether it was sold at all."""

    price: Money
    shortage: Quantity
    discount: Money
    sold: bool


def news(before: Seen, now: Seen) -> tuple[CartNews, ...]:
    """What its owner has to be told. A lower price with a smaller discount is told once, as the price."""
    told: list[CartNews] = []
    if now.sold != before.sold:
        told.append(CartNews.SOLD_AGAIN if now.sold else CartNews.WITHDRAWN)
    if now.price != before.price:
        told.append(CartNews.PRICE)
    elif now.discount < before.discount:
        told.append(CartNews.OFFER_ENDED)
    if now.shortage > before.shortage:
        told.append(CartNews.SHORT)
    elif before.shortage and not now.shortage:
        told.append(CartNews.BACK_IN_STOCK)
    return tuple(told)
