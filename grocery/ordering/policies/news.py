"""What has changed about a line of a cart since its owner acknowledged it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from grocery.kernel.money import Money, dong
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering.contracts import CartNews


@dataclass(frozen=True, slots=True)
class Seen:
    """A line at one look: its price, how much of it was short, what offers took off, whether it was sold at all.

    Of a look that was acknowledged, `discount` is without the offers that look at the rest of the basket: they come
    and go with it, and that is no news.
    """

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


@dataclass(frozen=True, slots=True)
class Alone:
    """So much of a product, and what offers take off it whatever else is in the cart."""

    quantity: Quantity
    discount: Money


def carried(seen: Seen, before: Alone, now: Alone, *, available: Quantity) -> Seen:
    """What counts as seen of a line whose owner changed its quantity without hearing its news.

    What was news of it stays news. What the owner made is none: a shortage beyond what they were known to have, an
    offer that touches fewer units.
    """
    there = before.quantity - seen.shortage if seen.shortage else max(before.quantity, available)
    return replace(
        seen,
        shortage=Quantity(max(now.quantity - there, ZERO)),
        discount=now.discount + _ended(seen.discount - before.discount, before.quantity, now.quantity),
    )


def _ended(beyond: Money, before: Quantity, now: Quantity) -> Money:
    """What is left of a discount that nothing explains any more; less what spreading it may round."""
    share = int(beyond.minor * now / max(now, before)) - 1
    return dong(max(share, 0))
