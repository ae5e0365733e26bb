"""Prices that changed while a cart was waiting: ordering tells each once, the cart's page has to say it.

The cart is read on every page, for its total; what is told there is kept in the session until the cart is opened.
"""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest

from grocery.kernel.money import Money, dong
from grocery.ordering.public import CartView

_KEY: Final = "changed-prices"


def notice(request: HttpRequest, cart: CartView) -> None:
    """Remember what each changed line cost before; of two changes, the first price counts."""
    changed = {line.sku: line.price_change.before.minor for line in cart.changes if line.price_change}
    if changed:
        request.session[_KEY] = changed | request.session.get(_KEY, {})


def tell(request: HttpRequest) -> dict[str, Money]:
    """What the lines cost before, by SKU; told now, and forgotten."""
    if _KEY not in request.session:
        return {}
    return {sku: dong(before) for sku, before in request.session.pop(_KEY).items()}
