"""Finding the owner's cart, or making one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID, uuid4

from grocery.catalog import public as catalog
from grocery.kernel.money import Money
from grocery.kernel.quantity import Quantity
from grocery.ordering import models, policies
from grocery.ordering.contracts import CartOwner


@dataclass(frozen=True, slots=True)
class OpenCart:
    """A cart with its lines in the order they were put in, and the offers that may count for it.

    `fresh`: made this moment, so nothing hangs on it yet.
    """

    row: models.Cart
    lines: list[models.CartLine]
    fresh: bool = False
    offers: tuple[policies.Offer, ...] = ()
    #: Which coupon brought which offer.
    codes: Mapping[UUID, models.Brought] = field(default_factory=dict)

    @property
    def quantities(self) -> dict[str, Quantity]:
        return {line.sku: line.quantity for line in self.lines}

    def having(
        self, sku: str, quantity: Quantity, *, price: Money, now: datetime, near_expiry: bool | None = None
    ) -> OpenCart:
        """This cart with exactly so much of `sku`, on the line it has or a new one that was seen at `price`.

        `near_expiry` None: as the line says already.
        """
        new = models.CartLine(cart=self.row, sku=sku, quantity=quantity, price_seen=price.minor, touched_at=now)
        line = next((line for line in self.lines if line.sku == sku), new)
        line.quantity = quantity
        line.near_expiry = line.near_expiry if near_expiry is None else near_expiry
        return replace(self, lines=self.lines if line is not new else [*self.lines, new])


def look_at(owner: CartOwner, store_id: UUID | None, *, now: datetime | None = None) -> OpenCart | None:
    """The owner's cart as it stands, unlocked; one statement where there is anything in it, else two.

    One more for the offers that count `now`, where that is said.
    """
    lines = list(models.CartLine.objects.in_cart_of(owner, store_id).with_cart())
    if lines:
        cart = lines[0].cart
        cart.found_offers = models.Cart.objects.offers_of(cart.id, now) if now else None
        return _opened(cart, lines, now=now)
    empty = models.Cart.objects.held_by(owner, store_id)
    return OpenCart(empty, []) if empty else None


def lock(owner: CartOwner, store_id: UUID | None, *, now: datetime | None = None) -> OpenCart | None:
    """The owner's cart, nobody else's to change until the transaction ends; lines are read under the lock.

    With the offers that count `now` for it, where that is said.
    """
    assert models.inside_a_transaction(), "a lock lasts as long as its transaction"
    carts = models.Cart.objects
    cart = carts.locked_with_offers(owner, store_id, now) if now else carts.locked_for(owner, store_id)
    return with_lines(cart, now=now) if cart else None


def take_out(customer_id: UUID, store_id: UUID | None, *, now: datetime) -> OpenCart | None:
    """The customer's cart, locked, with the lines that were in it: empty now, unless the transaction fails."""
    assert models.inside_a_transaction(), "what is taken out goes back if the transaction fails"
    taken = models.Cart.objects.taken_out(customer_id, store_id, now)
    return _opened(*taken, now=now) if taken else None


def lock_or_begin(owner: CartOwner, store_id: UUID | None, *, now: datetime | None = None) -> OpenCart:
    """The owner's cart, locked; where there is none, a new one.

    A guest's new cart has a new token: one that we did not hand out, or that has ended, is not taken up.
    """
    return lock(owner, store_id, now=now) or _begin(owner, store_id, now)


def with_lines(cart: models.Cart, *, now: datetime | None = None) -> OpenCart:
    return _opened(cart, models.CartLine.objects.all_of(cart.id), now=now)


def _opened(
    cart: models.Cart, lines: list[models.CartLine], *, now: datetime | None, fresh: bool = False
) -> OpenCart:
    if cart.found_offers is None or now is None:
        return OpenCart(cart, lines, fresh)
    offers, codes = models.read_offers(cart.found_offers, cart.store_id, now)
    return OpenCart(cart, lines, fresh, offers, codes)


def _begin(owner: CartOwner, store_id: UUID | None, now: datetime | None) -> OpenCart:
    store = catalog.store(store_id=catalog.StoreId(store_id)) if store_id else catalog.default_store()
    owner = CartOwner(customer_id=owner.customer_id) if owner.customer_id else CartOwner(token=uuid4())
    if made := models.Cart.objects.begin(owner, store_id=store.id, zone=store.zone, now=now):
        return _opened(made, [], now=now, fresh=True)
    theirs = lock(owner, store.id, now=now)  # another request of theirs has just begun it
    assert theirs is not None
    return theirs
