"""The cart over HTTP.

A guest's cart is known by its token: the first answer gives it in `Cart-Token`, and every later request brings it
back in the same header. Whoever signs in has a cart of their own; `cart/merge` adds the guest's to it.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from grocery.kernel import clock, wire
from grocery.kernel.errors import Invalid
from grocery.kernel.http import asker
from grocery.kernel.inputs import Code, Id
from grocery.ordering import public as ordering
from grocery.ordering.api.mapping import adjustments
from grocery.ordering.api.schemas import Cart, CouponInput, SlotInput

TOKEN: Final = "Cart-Token"  # noqa: S105 - the name of a header
router = Router()


@router.get("/cart", response=Cart, summary="The cart")
def show(request: HttpRequest, store_id: Id | None = None, ward: Code | None = None) -> HttpResponse:
    """The cart at today's prices and stock. What has changed is told on its line (`news`) until it is
    acknowledged by `POST cart/changes/seen`.

    With a slot held, `ward` makes the delivery fee known.
    """
    view = ordering.cart(owner=owner(request), store_id=store_id, ward_code=ward, now=clock.now())
    return answered(request, view)


@router.post("/cart/changes/seen", response=Cart, summary="I have seen what changed")
def acknowledge(request: HttpRequest, store_id: Id | None = None) -> HttpResponse:
    """What is told as `news` of lines, and a day that has passed, is known from now on. Again is harmless."""
    view = ordering.acknowledge_changes(owner=owner(request), store_id=store_id, now=clock.now())
    return answered(request, view)


@router.delete("/cart", response=Cart, summary="Empty the cart")
def clear(request: HttpRequest, store_id: Id | None = None) -> HttpResponse:
    """Take everything out. The cart, its token and its slot stay."""
    return answered(request, ordering.clear(owner=owner(request), store_id=store_id, now=clock.now()))


@router.post("/cart/coupons", response=Cart, summary="Enter a coupon code")
def use_coupon(request: HttpRequest, coupon: CouponInput, store_id: Id | None = None) -> HttpResponse:
    """What the code does is in `coupons` and on the lines. It is used when the cart is ordered, and only if it lowers
    something. 404 `coupon_unknown`, 409 `coupon_used_up`."""
    view = ordering.use_coupon(owner=owner(request), code=coupon.code, store_id=store_id, now=clock.now())
    return answered(request, view)


@router.delete("/cart/coupons/{code}", response=Cart, summary="Take a coupon code out")
def drop_coupon(request: HttpRequest, code: Code, store_id: Id | None = None) -> HttpResponse:
    """The cart without this code, whether it was there or not."""
    view = ordering.drop_coupon(owner=owner(request), code=code, store_id=store_id, now=clock.now())
    return answered(request, view)


@router.put("/cart/slot", response=Cart, summary="Hold a slot for the cart")
def choose_slot(
    request: HttpRequest, slot: SlotInput, ward: Code | None = None, store_id: Id | None = None
) -> HttpResponse:
    """Keep a slot for 15 minutes; the one that was held before is let go only when this one is got."""
    view = ordering.choose_slot(
        owner=owner(request), slot_id=slot.slot_id, ward_code=ward, store_id=store_id, now=clock.now()
    )
    return answered(request, view)


@router.delete("/cart/slot", response={204: None}, summary="Let the cart's slot go")
def let_slot_go(request: HttpRequest, store_id: Id | None = None) -> HttpResponse:
    """Give the slot back; fine where there is none."""
    ordering.let_slot_go(owner=owner(request), store_id=store_id)
    return HttpResponse(status=204)


@router.post("/cart/merge", response=Cart, summary="After signing in: add the guest's cart to mine")
def merge(request: HttpRequest) -> HttpResponse:
    """The cart of `Cart-Token` ends, what was in it is in mine. A second time nothing happens."""
    customer_id = asker(request).signed_in()
    token = guest_token(request)
    if token is None:
        raise Invalid(TOKEN, "The header is missing.", "Thiếu tiêu đề này.")
    return answered(request, ordering.merge(token=token, customer_id=customer_id, now=clock.now()))


def owner(request: HttpRequest) -> ordering.CartOwner:
    """The customer who is signed in, else the guest with this token."""
    me = asker(request).id
    return ordering.CartOwner(customer_id=me) if me else ordering.CartOwner(token=guest_token(request))


def guest_token(request: HttpRequest) -> UUID | None:
    text = request.headers.get(TOKEN)
    if text is None:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(TOKEN, "Not a cart token.", "Không phải mã giỏ hàng.") from None


def answered(request: HttpRequest, view: ordering.CartView) -> HttpResponse:
    return to_owner(view.owner, cart_body(view, asker(request).language))


def to_owner(owner: ordering.CartOwner, body: dict[str, Any]) -> HttpResponse:
    """An answer that is nobody else's, with the token by which a guest's cart is known."""
    answer = wire.response(body)
    answer["Cache-Control"] = "no-store"
    if owner.token:
        answer[TOKEN] = str(owner.token)
    return answer


def cart_body(view: ordering.CartView, language: str) -> dict[str, Any]:
    """A cart as every route answers it."""
    return {
        "id": view.id,
        "token": view.owner.token,
        "version": view.version,
        "store_id": view.store_id,
        "currency": view.total.currency,
        "lines": [line_body(line, language) for line in view.lines],
        "slot": view.slot,
        "subtotal": view.subtotal,
        "discount": view.discount,
        "fee": view.fee,
        "fee_discount": view.fee_discount,
        "fee_adjustments": adjustments(view.fee_adjustments, language),
        "coupons": view.coupons,
        "vat": view.vat,
        "total": view.total,
        "ceiling": view.ceiling,
        "can_be_ordered": view.can_be_ordered,
        "substitution": view.substitution,
        "day": view.day,
        "wanted_day": view.wanted_day,
        "day_passed": view.day_passed,
        "ended_offers": [offer.name(language) for offer in view.ended_offers],
        "minimum": view.minimum,
        "missing": view.missing,
    }


def line_body(line: ordering.CartLine, language: str) -> dict[str, Any]:
    """A line as every answer has it."""
    return {
        "sku": line.sku,
        "name": line.name(language),
        "price": line.price.minor,
        "unit": line.unit,
        "step": line.step,
        "piece_weight": line.piece_weight,
        "quantity": line.quantity,
        "list_amount": line.list_amount.minor,
        "adjustments": adjustments(line.adjustments, language) if line.adjustments else (),
        "amount": line.amount.minor,
        "near_expiry": line.near_expiry,
        "reduced": line.reduced,
        "image": line.image,
        "tint": line.tint,
        "available": line.available,
        "shortage": line.shortage,
        "on_sale": line.on_sale,
        "price_change": line.price_change,
        "news": line.news,
        "discount_before": line.discount_before.minor,
        "note": line.note,
        "substitution": line.substitution,
        "substitute_sku": line.substitute_sku,
        "excess": line.excess,
    }
