"""The part of the face for what customers say about a cart besides quantities. All of it is kept across devices.

Each gives the cart as it is afterwards, as `cart` does. `store_id` None: the cart that was begun last.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from grocery.ordering.contracts import Candidate, CartOwner, CartView, SubstitutionChoice
from grocery.ordering.services import show_cart, wishes


def choose_substitution(
    *, owner: CartOwner, choice: SubstitutionChoice, now: datetime, store_id: UUID | None = None
) -> CartView:
    """What is wanted when anything in the cart runs out, unless its line says otherwise. Begins a cart if need be."""
    owner = wishes.choose(owner=owner, choice=choice, store_id=store_id)
    return show_cart.show_cart(owner=owner, store_id=store_id, ward_code=None, now=now)


def choose_line_substitution(
    *,
    owner: CartOwner,
    sku: str,
    choice: SubstitutionChoice | None,
    now: datetime,
    substitute_sku: str = "",
    store_id: UUID | None = None,
) -> CartView:
    """What is wanted when this line runs out; None: as for the whole cart.

    `substitute_sku` is what is tried first; with `NONE` it is forgotten. Raises NotFound for a SKU that is not in the
    cart, NotASubstitute for what loses a promise of it, is sold in another unit, or is in the cart itself.
    """
    wishes.choose_for_line(owner=owner, sku=sku, choice=choice, substitute_sku=substitute_sku, store_id=store_id)
    return show_cart.show_cart(owner=owner, store_id=store_id, ward_code=None, now=now)


def write_line_note(
    *, owner: CartOwner, sku: str, note: str, now: datetime, store_id: UUID | None = None
) -> CartView:
    """What the picker should know about a line: one line of at most 200 characters, empty for nothing.

    Raises NotFound for a SKU that is not in the cart, Invalid("note").
    """
    wishes.write_note(owner=owner, sku=sku, note=note, store_id=store_id)
    return show_cart.show_cart(owner=owner, store_id=store_id, ward_code=None, now=now)


def want_day(*, owner: CartOwner, day: date | None, now: datetime, store_id: UUID | None = None) -> CartView:
    """For which day the cart is, before there is a slot: freshness and stock are told for it. None: not said.

    A day of the store's calendar, from today to 30 days ahead; once it has passed, today counts and the view says so.
    A held slot's day goes before it. Begins a cart if need be. Raises Invalid("day").
    """
    owner = wishes.want_day(owner=owner, day=day, store_id=store_id, now=now)
    return show_cart.show_cart(owner=owner, store_id=store_id, ward_code=None, now=now)


def alternatives(*, owner: CartOwner, sku: str, now: datetime, store_id: UUID | None = None) -> tuple[Candidate, ...]:
    """What could be named for a line and is there for the day in question, at most six; see `propose_substitutes`.

    Raises NotFound for a SKU that is not in the cart.
    """
    return wishes.alternatives(owner=owner, sku=sku, store_id=store_id, now=now)
