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

    `fresh`: made this moment, so nothing hangs on it yet. `others`: so many lines of it were not read.
    """

    row: models.Cart
    lines: list[models.CartLine]
    fresh: bool = False
    offers: tuple[policies.Offer, ...] = ()
    #: Which coupon brought which offer.
    codes: Mapping[UUID, models.Brought] = field(default_factory=dict)
    others: int = 0

    @property
    def size(self) -> int:
        """How many lines it has, read or not."""
        return len(self.lines) + self.others

    def line(self, sku: str) -> models.CartLine | None:
        return next((line for line in self.lines if line.sku == sku), None)

    def without(self, sku: str) -> OpenCart:
        return replace(self, lines=[line for line in self.lines if line.sku != sku])

    @property
    def basket_offers(self) -> set[UUID]:
        """The offers that look at more than one line. A coupon's is not among them: it says itself what it does."""
        return {offer.id for offer in self.offers if offer.looks_at_the_basket and offer.id not in self.codes}

    @property
    def comes_and_goes(self) -> set[UUID]:
        """The offers that a line may lose by what its owner does elsewhere in the cart."""
        return self.basket_offers | self.codes.keys()

    @property
    def quantities(self) -> dict[str, Quantity]:
        return {line.sku: line.quantity for line in self.lines}

    def having(
        self, sku: str, quantity: Quantity, *, price: Money, now: datetime, near_expiry: bool | None = None
    ) -> OpenCart:
        """This cart with exactly so much of `sku`, on the line it has or a new one that was seen at `price`.

        `near_expiry` None: as the line says already.
        """
        lines, line = self.lines, self.line(sku)
        if line is None:
            line = models.CartLine(cart=self.row, sku=sku, price_seen=price.minor)
            lines = [*lines, line]
        line.quantity, line.touched_at = quantity, now
        line.near_expiry = line.near_expiry if near_expiry is None else near_expiry
        return replace(self, lines=lines)


def look_at(
    owner: CartOwner, store_id: UUID | None, *, now: datetime | None = None, only: str | None = None
) -> OpenCart | None:
    """The owner's cart as it stands, unlocked, in two statements; `now`: with the offers that count then.

    `only`: with the line of this SKU alone, all of one moment, in one statement.
    """
    if only is not None and now is not None:
        found = models.Cart.objects.looked_at_line(owner, store_id, only, now)
        return _of_line(*found, now=now) if found else None
    cart = models.Cart.objects.looked_at(owner, store_id, now)
    return with_lines(cart, now=now) if cart else None


def lock(
    owner: CartOwner, store_id: UUID | None, *, now: datetime | None = None, only: str | None = None
) -> OpenCart | None:
    """The owner's cart, nobody else's to change until the transaction ends; lines are read under the lock.

    With the offers that count `now` for it, where that is said; `only`: with the line of this SKU alone.
    """
    assert models.inside_a_transaction(), "a lock lasts as long as its transaction"
    cart = models.Cart.objects.locked_for(owner, store_id, now)
    if cart is None or only is None:
        return with_lines(cart, now=now) if cart else None
    return _of_line(cart, *models.CartLine.objects.one_of(cart.id, only), now=now)


def take_out(customer_id: UUID, store_id: UUID | None, *, now: datetime) -> OpenCart | None:
    """The customer's cart, locked, with the lines that were in it: empty now, unless the transaction fails."""
    assert models.inside_a_transaction(), "what is taken out goes back if the transaction fails"
    taken = models.Cart.objects.taken_out(customer_id, store_id, now)
    return _opened(*taken, now=now) if taken else None


def lock_or_begin(
    owner: CartOwner, store_id: UUID | None, *, now: datetime | None = None, only: str | None = None
) -> OpenCart:
    """The owner's cart, locked as by `lock`; where there is none, a new one.

    A guest's new cart has a new token: one that we did not hand out, or that has ended, is not taken up.
    """
    return lock(owner, store_id, now=now, only=only) or _begin(owner, store_id, now, only)


def with_lines(cart: models.Cart, *, now: datetime | None = None) -> OpenCart:
    return _opened(cart, models.CartLine.objects.all_of(cart.id), now=now)


def _of_line(cart: models.Cart, line: models.CartLine | None, size: int, *, now: datetime | None) -> OpenCart:
    lines = [line] if line else []
    return replace(_opened(cart, lines, now=now), others=size - len(lines))


def _opened(
    cart: models.Cart, lines: list[models.CartLine], *, now: datetime | None, fresh: bool = False
) -> OpenCart:
    if cart.found_offers is None or now is None:
        return OpenCart(cart, lines, fresh)
    offers, codes = models.read_offers(cart.found_offers, cart.store_id, now)
    return OpenCart(cart, lines, fresh, offers, codes)


def _begin(owner: CartOwner, store_id: UUID | None, now: datetime | None, only: str | None) -> OpenCart:
    store = catalog.store(store_id=catalog.StoreId(store_id)) if store_id else catalog.default_store()
    owner = CartOwner(customer_id=owner.customer_id) if owner.customer_id else CartOwner(token=uuid4())
    if made := models.Cart.objects.begin(owner, store_id=store.id, zone=store.zone, now=now):
        return _opened(made, [], now=now, fresh=True)
    theirs = lock(owner, store.id, now=now, only=only)  # another request of theirs has just begun it
    assert theirs is not None
    return theirs
