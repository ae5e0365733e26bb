"""What the owner of a cart says about it besides quantities: notes, what may come instead, for which day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from grocery.catalog import public as catalog
from grocery.delivery import public as delivery
from grocery.kernel.clock import local_date
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.quantity import Quantity
from grocery.ordering import models, policies
from grocery.ordering.contracts import Candidate, CartOwner, NotASubstitute, SubstitutionChoice
from grocery.ordering.services import candidates, open_cart, show_cart
from grocery.ordering.services.candidates import Missing
from grocery.ordering.services.open_cart import OpenCart

#: How far ahead a day can be wanted.
DAYS_AHEAD: Final = 30
_ALTERNATIVES: Final = 6


@transaction.atomic
def choose(*, owner: CartOwner, choice: SubstitutionChoice, store_id: UUID | None) -> CartOwner:
    """What is wanted when anything in the cart runs out, unless its line says otherwise; begins a cart."""
    cart = open_cart.lock_or_begin(owner, store_id)
    models.Cart.objects.with_id(cart.row.id).update(substitution=choice.value)
    return cart.row.owner


@transaction.atomic
def choose_for_line(
    *,
    owner: CartOwner,
    sku: str,
    choice: SubstitutionChoice | None,
    substitute_sku: str,
    store_id: UUID | None,
) -> None:
    """What is wanted when this line runs out; None: as for the whole cart. Raises NotFound, NotASubstitute."""
    cart = _with_line(owner, sku, store_id)
    named = "" if choice is SubstitutionChoice.NONE else substitute_sku
    if named:
        _check_substitute(cart, sku, named)
    line = models.CartLine.objects.of_cart(cart.row.id).of_sku(sku)
    line.update(substitution=choice.value if choice else "", substitute_sku=named)


@transaction.atomic
def write_note(*, owner: CartOwner, sku: str, note: str, store_id: UUID | None) -> None:
    """What the picker should know about this line. Raises NotFound, Invalid."""
    tidy = policies.tidy_note(note)
    cart = _with_line(owner, sku, store_id)
    models.CartLine.objects.of_cart(cart.row.id).of_sku(sku).update(note=tidy)


@transaction.atomic
def want_day(*, owner: CartOwner, day: date | None, store_id: UUID | None, now: datetime) -> CartOwner:
    """For which day of the store's calendar the cart is; None: not said. Begins a cart. Raises Invalid."""
    cart = open_cart.lock_or_begin(owner, store_id)
    today = local_date(now, zone=cart.row.zone)
    if day is not None and not today <= day <= today + timedelta(days=DAYS_AHEAD):
        raise Invalid(
            "day",
            f"Choose a day from today on, at most {DAYS_AHEAD} days ahead.",
            f"Hãy chọn từ hôm nay, tối đa {DAYS_AHEAD} ngày tới.",
        )
    models.Cart.objects.with_id(cart.row.id).update(wanted_day=day)
    return cart.row.owner


def alternatives(*, owner: CartOwner, sku: str, store_id: UUID | None, now: datetime) -> tuple[Candidate, ...]:
    """What could be named for this line, and is there for the day in question. Raises NotFound."""
    cart = open_cart.look_at(owner, store_id)
    line = next((line for line in cart.lines if line.sku == sku), None) if cart else None
    if cart is None or line is None:
        raise NotFound("cart line", sku)
    product = catalog.products_on_sale(skus=[catalog.Sku(sku)]).get(catalog.Sku(sku))
    if product is None:
        return ()
    missing = Missing(sku, Quantity(line.quantity), product.price * line.quantity, line.substitute_sku)
    hold = delivery.held(holder=cart.row.holder, now=now)
    day = hold.slot.day if hold else show_cart.own_day(cart, now)
    found = candidates.find(
        missing, store_id=cart.row.store_id, day=day, now=now, without={other.sku for other in cart.lines}
    )
    return tuple(one.candidate for one in found[:_ALTERNATIVES])


def _with_line(owner: CartOwner, sku: str, store_id: UUID | None) -> OpenCart:
    """The owner's cart, locked, which has a line of this SKU. Raises NotFound."""
    cart = open_cart.lock(owner, store_id)
    if cart is None or sku not in cart.quantities:
        raise NotFound("cart line", sku)
    return cart


def _check_substitute(cart: OpenCart, sku: str, named: str) -> None:
    """Raise NotASubstitute for what loses a promise of the line's product, or is in the cart itself."""
    store = catalog.StoreId(cart.row.store_id)
    known = {card.sku: card for card in catalog.cards(skus=[catalog.Sku(sku), catalog.Sku(named)], store_id=store)}
    original, substitute = known.get(catalog.Sku(sku)), known.get(catalog.Sku(named))
    if (
        original is None
        or substitute is None
        or named in cart.quantities
        or substitute.unit is not original.unit
        or not policies.may_stand_in(substitute, original)
    ):
        raise NotASubstitute(sku, named)
