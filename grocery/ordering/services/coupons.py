"""Coupons: made in bulk by staff, entered into a cart, claimed by its order, given back when that is cancelled."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from grocery.kernel.clock import local_date
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.principal import Principal
from grocery.ordering import models
from grocery.ordering.contracts import CartEmpty, CartOwner, CartView
from grocery.ordering.contracts.offers import CouponUnknown, CouponUsedUp, TooManyCoupons
from grocery.ordering.policies import coupons as rules
from grocery.ordering.services import open_cart, show_cart
from grocery.ordering.services.offers import locked_offer


@transaction.atomic
def enter(*, owner: CartOwner, code: str, store_id: UUID | None, now: datetime) -> CartView:
    """Put a code into the cart; a second time nothing changes. What it does is seen on the lines."""
    cart = open_cart.lock(owner, store_id)
    if cart is None:
        raise CartEmpty
    text = _valid(code, cart.row, now)
    if text not in cart.row.coupons:
        if len(cart.row.coupons) >= rules.PER_CART:
            raise TooManyCoupons(rules.PER_CART)
        models.Cart.objects.have_coupons(cart.row.id, [*cart.row.coupons, text])
    return show_cart.show_cart(owner=cart.row.owner, store_id=cart.row.store_id, ward_code=None, now=now)


@transaction.atomic
def take_out(*, owner: CartOwner, code: str, store_id: UUID | None, now: datetime) -> CartView:
    """Take a code out of the cart; fine where it is not there."""
    cart = open_cart.lock(owner, store_id)
    if cart is None:
        return show_cart.nothing(owner)
    rest = [one for one in cart.row.coupons if one != rules.as_typed(code)]
    models.Cart.objects.have_coupons(cart.row.id, rest)
    return show_cart.show_cart(owner=cart.row.owner, store_id=cart.row.store_id, ward_code=None, now=now)


def _valid(code: str, cart: models.Cart, now: datetime) -> str:
    """The code as we write it. Raises CouponUnknown: there is none, or its offer does not run here; CouponUsedUp."""
    text = rules.as_typed(code)
    found = models.CouponCode.objects.with_offer([text] if text else []).get(text or "")
    if text is None or found is None or not found.offer.runs_in(cart.store_id, now):
        raise CouponUnknown(code)
    limits = dict(_scopes(found, cart.customer_id or cart.id, local_date(now, zone=cart.zone)))
    if models.CouponTally.objects.full(found.offer_id, limits):
        raise CouponUsedUp(text)
    return text


def claim(order_id: UUID, cart: models.Cart, used: Mapping[UUID, models.Brought], *, now: datetime) -> None:
    """Count one more use of these codes by the cart's customer, in the order's transaction. Raises CouponUsedUp."""
    if not used:
        return
    assert cart.customer_id is not None, "guests do not order"
    day = local_date(now, zone=cart.zone)
    limits = {
        offer: dict(
            rules.scopes(
                brought, code=brought.code, most_of_code=brought.most_of_code, customer_id=cart.customer_id, day=day
            )
        )
        for offer, brought in used.items()
    }
    had_room = models.CouponTally.objects.claim(
        {(offer, scope): most for offer, scopes in limits.items() for scope, most in scopes.items()}
    )
    for offer, scopes in limits.items():
        if any((offer, scope) not in had_room for scope in scopes):
            raise CouponUsedUp(used[offer].code)
    models.CouponUse.objects.bulk_create(
        models.CouponUse(order_id=order_id, offer_id=offer, code=used[offer].code, scopes=list(scopes), at=now)
        for offer, scopes in limits.items()
    )


def give_back(order: models.Order, now: datetime, *, offers: Iterable[UUID] | None = None) -> None:
    """What an order used and uses no more may be used again; once, however often it is said.

    `offers`: by the coupons of these offers alone; None: a cancelled order's, all of them.
    """
    # Of a cancelled order, what it lowered may have been called off before.
    if offers is not None or order.discount or order.fee_discount or order.changes.exists():
        models.CouponTally.objects.give_back(order.id, now, offers=offers)


def _scopes(code: models.CouponCode, customer_id: UUID, day: date) -> list[tuple[str, int]]:
    return list(
        rules.scopes(code.offer, code=code.code, most_of_code=code.most_uses, customer_id=customer_id, day=day)
    )


# --- by staff -----------------------------------------------------------------------------------------------------
@transaction.atomic
def make_codes(
    *, offer_id: UUID, count: int, prefix: str, most_uses: int | None, by: Principal, now: datetime
) -> list[str]:
    """So many new codes that nobody can guess; or, where `count` is 0, the prefix itself as the one code."""
    offer = locked_offer(offer_id, by)
    if not offer.needs_coupon:
        raise Invalid("count", "This offer needs no code.", "Ưu đãi này không cần mã.")
    if not 0 <= count <= rules.CODES_MOST:
        raise Invalid("count", f"1 to {rules.CODES_MOST} codes.", f"Từ 1 đến {rules.CODES_MOST} mã.")
    start = rules.as_typed(prefix) if prefix else ""
    if start is None or len(start) > 20 or not (start or count):
        raise Invalid("prefix", "3 to 20 of A-Z 0-9 -.", "Từ 3 đến 20 ký tự A-Z 0-9 -.")
    codes = _new_codes(start, count) if count else [start]
    made = models.CouponCode.objects.make(offer_id, codes, most_uses, now)
    if not count and not made:
        raise Invalid("prefix", "This code exists already.", "Mã này đã tồn tại.")
    return made


def _new_codes(start: str, count: int) -> list[str]:
    codes: set[str] = set()
    while len(codes) < count:
        letters = "".join(secrets.choice(rules.ALPHABET) for _letter in range(rules.LETTERS))
        codes.add(f"{start}-{letters}" if start else letters)
    return sorted(codes)


def codes_of(*, offer_id: UUID, by: Principal) -> list[tuple[str, int | None, int]]:
    """Each code of an offer, how often it may be used and how often it was. Raises NotFound."""
    offer = models.Offer.objects.of_store(by.store_id).with_id(offer_id)
    if offer is None:
        raise NotFound("offer", offer_id)
    return models.CouponCode.objects.with_uses(offer_id)
