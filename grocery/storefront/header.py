"""What stands on every page: the store, the departments, the cart. Read only where a template asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext

from grocery.catalog import public as catalog
from grocery.delivery import public as delivery
from grocery.kernel import clock
from grocery.kernel.money import dong
from grocery.kernel.quantity import Quantity
from grocery.ordering import public as ordering
from grocery.storefront import shelf, wording
from grocery.storefront.plan import plan_of
from grocery.storefront.shelf import Link
from grocery.storefront.shopper import shopper


@dataclass(frozen=True, slots=True)
class Where:
    """The pill in the top bar: where to, and when."""

    place: str
    time: str


class Header:
    """The top bar's facts, each read once and only when it is shown."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.who = shopper(request)
        self.plan = plan_of(request)

    @cached_property
    def store(self) -> catalog.Store:
        return catalog.default_store()

    @cached_property
    def store_name(self) -> str:
        return self.store.name(self.who.language)

    @cached_property
    def departments(self) -> list[Link]:
        return [shelf.link(category, self.who.language) for category in catalog.categories()]

    @cached_property
    def cart(self) -> ordering.CartView | None:
        """The cart as it is now; None for a guest who has none, at the cost of nothing."""
        if self.who.customer_id is None and self.who.token is None:
            return None
        try:
            cart = self._cart(self.plan.fee_ward)
        except delivery.OutsideDeliveryArea:  # another store's ward, from before: the checkout says so
            cart = self._cart(None)
        return cart

    def _cart(self, ward_code: str | None) -> ordering.CartView:
        return ordering.cart(owner=self.who.owner, ward_code=ward_code, now=clock.now())

    @cached_property
    def glance(self) -> ordering.CartGlance:
        """The cart as the bar shows it: out of the cart where a page has read it, else without a look at stock."""
        if "cart" in self.__dict__ and self.cart:
            quantities = {line.sku: line.quantity for line in self.cart.lines}
            return ordering.CartGlance(quantities, self.cart.goods, self.cart.slot, self.cart.day)
        if self.who.customer_id is None and self.who.token is None:
            return ordering.CartGlance({}, dong(0), None, None)
        return ordering.glance(owner=self.who.owner, now=clock.now())

    @property
    def basket(self) -> dict[str, Any]:
        """How many products, for how much."""
        return {"count": len(self.glance.quantities), "total": str(self.glance.goods)}

    @cached_property
    def in_cart(self) -> Mapping[str, Quantity]:
        """Quantities by SKU, for the steppers."""
        return self.glance.quantities

    @cached_property
    def where(self) -> Where:
        slot = self.glance.slot
        place = self.plan.place or self.store_name
        if slot is None:
            return Where(place, gettext("Choose a time"))
        today = wording.local(clock.now()).date()
        return Where(place, wording.when(slot.starts_at, slot.ends_at, today=today))


def header(request: HttpRequest) -> Header:
    """This request's header; the same one for view and template."""
    found: Header | None = getattr(request, "_header", None)
    if found is None:
        found = Header(request)
        request._header = found  # type: ignore[attr-defined]  # kept for the length of the request
    return found


def forget_header(request: HttpRequest) -> None:
    """What it knew is no longer so: read it again when it is asked for."""
    request._header = None  # type: ignore[attr-defined]  # kept for the length of the request


def in_templates(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `shop`."""
    return {"shop": SimpleLazyObject(lambda: header(request))}
