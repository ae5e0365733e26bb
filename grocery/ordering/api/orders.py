"""Checkout and orders over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query as QueryParameter
from ninja import Router
from pydantic import AwareDatetime

from grocery.kernel import clock, wire
from grocery.kernel.http import asker
from grocery.kernel.idempotency import HEADER, idempotent
from grocery.kernel.inputs import Id, Limit, Offset, Query
from grocery.kernel.money import Money, dong
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import Quantity
from grocery.ordering import public as ordering
from grocery.ordering.api.carts import cart_body
from grocery.ordering.api.changing import Reordered
from grocery.ordering.api.companies import buyer_of
from grocery.ordering.api.mapping import adjustments
from grocery.ordering.api.schemas import (
    CancelInput,
    CheckoutInput,
    Order,
    OrderPage,
    PackInput,
    PlacedOrder,
)

#: Any of these.
States = Annotated[Sequence[ordering.OrderState], QueryParameter(max_length=8)]

PICKERS: Final = ("picker", "manager", "admin")
DISPATCHERS: Final = ("dispatcher", "picker", "manager", "admin")
SUPPORTERS: Final = ("support", "manager", "admin")
router = Router()


# --- customers ------------------------------------------------------------------------------------
@router.post("/checkout", response={201: PlacedOrder}, summary="Order what is in the cart")
@idempotent(required=True)
def checkout(request: HttpRequest, order: CheckoutInput, store_id: Id | None = None) -> HttpResponse:
    """Prices are fixed, the slot is booked, the goods are reserved: all of it, or nothing.

    By card: go on with `orders/{id}/pay` before `pay_by`, or the order ends by itself. With `expected_total` nothing
    is ordered at another total (409 `total_changed`). 409 `out_of_stock` names what is missing, SKU by SKU. No
    answer came? Send it again with the same Idempotency-Key: one key is one order, even if we died in between.

    What is short is replaced as the cart says. Where it says "ask", 409 `substitutes_proposed` has
    `proposals`; say what is wanted in `answers`.

    With `use_credit` store credit is spent at once; where it pays for all, `pay_by` is null. 409 `not_enough_credit`:
    there is less by now than `expected_credit`. With `company` the invoice is made out to it.
    """
    me = asker(request)
    placed = ordering.place_order(
        customer_id=me.signed_in(),
        store_id=store_id,
        address_id=order.address_id,
        pickup_point_id=order.pickup_point_id,
        slot_id=order.slot_id,
        method=order.method,
        note=order.note,
        expected_total=_amount(order.expected_total),
        language=me.language,
        key=request.headers[HEADER],
        answers={answer.sku: answer.with_sku for answer in order.answers},
        credit=ordering.UseCredit(_amount(order.expected_credit)) if order.use_credit else None,
        company=buyer_of(order.company) if order.company else None,
        now=clock.now(),
    )
    return wire.response(_placed(placed), status=201)


def _amount(agreed: int | None) -> Money | None:
    return None if agreed is None else dong(agreed)


@router.get("/orders", response=OrderPage, summary="My orders")
def orders(
    request: HttpRequest,
    state: States = (),
    placed_from: AwareDatetime | None = None,
    placed_before: AwareDatetime | None = None,
    q: Query = "",
    limit: Limit = 20,
    offset: Offset = 0,
) -> HttpResponse:
    """My orders, newest first; for staff, those of their store.

    `state` may be given several times. `q` is the beginning of a number, or a part of a product's name, marks or not.
    """
    customer_id, store_id = _scope(asker(request))
    wanted = ordering.OrderFilter(tuple(state), placed_from, placed_before, q)
    page = ordering.orders(customer_id=customer_id, store_id=store_id, wanted=wanted, limit=limit, offset=offset)
    return wire.response(page)


@router.get("/orders/{order_id}", response=Order, summary="One order")
def order(request: HttpRequest, order_id: Id) -> HttpResponse:
    """One of my orders, with lines, prices as they were, and timeline; for staff, any of their store."""
    return _answer(asker(request), order_id)


@router.post("/orders/{order_id}/cancel", response=Order, summary="Cancel an order, whole or in part")
@idempotent(required=True)
def cancel(request: HttpRequest, order_id: Id, why: CancelInput) -> HttpResponse:
    """Goods and slot are free again, the money is let go. Customers may until picking starts, staff until packed.

    With `lines` only so much of these is called off, before picking: less is charged. Offers and the fee are those of
    what is left, where it is the customer's wish; see `cancel/preview`. 409 `order_not_cancellable` when it is too
    late, `total_changed` where `expected_total` no longer holds, `dearer_without` where an advantage would be lost
    that is worth more.
    """
    me = asker(request)
    me.signed_in()
    if me.kind == "staff":
        me.require(*SUPPORTERS)
    if why.lines:
        ordering.cancel_lines(
            order_id=order_id,
            quantities={line.sku: Quantity(line.quantity) for line in why.lines},
            by=me,
            motive=why.motive,
            reason=why.reason,
            expected_total=_amount(why.expected_total),
            now=clock.now(),
            key=request.headers[HEADER],
        )
    else:
        ordering.cancel(order_id=order_id, by=me, motive=why.motive, reason=why.reason, now=clock.now())
    return _answer(me, order_id)


@router.post("/orders/{order_id}/reorder", response=Reordered, summary="The same again: an order into the cart")
def reorder(request: HttpRequest, order_id: Id) -> HttpResponse:
    """Have at least what was ordered in the cart, as far as it is sold today; what is different is said line by line.

    Asking again puts nothing in twice.
    """
    me = asker(request)
    done = ordering.reorder(order_id=order_id, customer_id=me.signed_in(), now=clock.now())
    lines = [
        {
            "sku": line.sku,
            "name": line.name(me.language),
            "unit": line.unit,
            "wanted": line.wanted,
            "in_cart": line.in_cart,
            "price_before": line.price_before,
            "price": line.price,
            "outcome": line.outcome,
        }
        for line in done.lines
    ]
    return wire.response({"cart": cart_body(done.cart, me.language), "lines": lines})


# --- staff ----------------------------------------------------------------------------------------
@router.post("/orders/{order_id}/pick", response=Order, summary="Start picking")
def pick(request: HttpRequest, order_id: Id) -> HttpResponse:
    """Confirmed → picking. Pickers and managers."""
    me = _staff(request, PICKERS)
    ordering.start_picking(order_id=order_id, by=me, now=clock.now())
    return _answer(me, order_id)


@router.post("/orders/{order_id}/pack", response=Order, summary="Seal the box")
@idempotent()
def pack(request: HttpRequest, order_id: Id, box: PackInput) -> HttpResponse:
    """Picking → packed: the goods leave the stock and what they come to is charged. Pickers and managers."""
    me = _staff(request, PICKERS)
    weights = {item.sku: Quantity(item.quantity) for item in box.weights}
    ordering.mark_packed(order_id=order_id, weights=weights, by=me, now=clock.now())
    return _answer(me, order_id)


@router.post("/orders/{order_id}/dispatch", response=Order, summary="Hand over to the driver")
def dispatch(request: HttpRequest, order_id: Id) -> HttpResponse:
    """Packed → out for delivery. Dispatchers, pickers and managers."""
    me = _staff(request, DISPATCHERS)
    ordering.dispatch(order_id=order_id, by=me, now=clock.now())
    return _answer(me, order_id)


@router.post("/orders/{order_id}/deliver", response=Order, summary="The customer has it")
def deliver(request: HttpRequest, order_id: Id) -> HttpResponse:
    """Out for delivery → delivered, for pickup straight from packed; cash is recorded. Dispatchers and managers."""
    me = _staff(request, DISPATCHERS)
    ordering.deliver(order_id=order_id, by=me, now=clock.now())
    return _answer(me, order_id)


def _staff(request: HttpRequest, roles: tuple[str, ...]) -> Principal:
    me = asker(request)
    me.require(*roles)
    return me


def _scope(me: Principal) -> tuple[UUID | None, UUID | None]:
    """Whose orders they may see: a customer their own, staff those of their store, an administrator all."""
    mine = me.signed_in()
    return (None, me.store_id) if me.kind == "staff" else (mine, None)


# --- mapping --------------------------------------------------------------------------------------
def _answer(me: Principal, order_id: UUID) -> HttpResponse:
    customer_id, store_id = _scope(me)
    view = ordering.order(order_id=order_id, customer_id=customer_id, store_id=store_id)
    return wire.response(_order(view, me.language))


def _placed(placed: ordering.PlacedOrder) -> dict[str, Any]:
    return {
        "id": placed.id,
        "number": placed.number,
        "state": placed.state,
        "total": placed.total,
        "currency": placed.total.currency,
        "pay_by": placed.pay_by,
    }


def _order(view: ordering.OrderView, language: str) -> dict[str, Any]:
    return {
        "id": view.id,
        "number": view.number,
        "state": view.state,
        "store_id": view.store_id,
        "method": view.method,
        "placed_at": view.placed_at,
        "pay_by": view.pay_by,
        "slot_day": view.slot_day,
        "slot_starts_at": view.slot_starts_at,
        "slot_ends_at": view.slot_ends_at,
        "zone": view.zone,
        "mode": view.recipient.mode,
        "recipient": view.recipient.name,
        "phone": view.recipient.phone,
        "address": view.recipient.address,
        "note": view.recipient.note,
        "currency": view.total.currency,
        "lines": [_line(line, language) for line in view.lines],
        "gone": [_line(line, language) for line in view.gone],
        "timeline": view.timeline,
        "changes": [_change(change, language) for change in view.changes],
        "subtotal": view.subtotal,
        "discount": view.discount,
        "fee": view.fee,
        "fee_discount": view.fee_discount,
        "fee_adjustments": adjustments(view.fee_adjustments, language),
        "total": view.total,
        "vat": view.vat,
        "ceiling": view.ceiling,
        "charged": view.charged,
        "given_back": view.given_back,
        "may_be_cancelled": view.may_be_cancelled,
        "awaits_payment": view.awaits_payment,
    }


def _line(line: ordering.OrderLineView, language: str) -> dict[str, Any]:
    return {
        "sku": line.sku,
        "name": line.name(language),
        "price": line.price,
        "unit": line.unit,
        "piece_weight": line.piece_weight,
        "vat_rate": line.vat_rate,
        "quantity": line.quantity,
        "list_amount": line.list_amount,
        "adjustments": adjustments(line.adjustments, language),
        "amount": line.amount,
        "packed": line.packed,
        "packed_amount": line.packed_amount,
        "image": line.image,
        "tint": line.tint,
        "note": line.note,
        "substitution": line.substitution,
        "substitute_sku": line.substitute_sku,
        "replaces": line.replaces,
    }


def _change(change: ordering.OrderChange, language: str) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "at": change.at,
        "by": change.by,
        "motive": change.motive,
        "note": change.note,
        "lines": [
            {
                "sku": line.sku,
                "name": line.name(language),
                "unit": line.unit,
                "before": line.before,
                "after": line.after,
            }
            for line in change.lines
        ],
        "total_before": change.total_before,
        "total": change.total,
        "moved": asdict(change.moved) if change.moved else None,
        "tender": asdict(change.tender) if change.tender else None,
    }
