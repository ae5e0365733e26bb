"""Changing an order until the cut-off of its slot, and what that would come to.

The routes join those of orders: PATCH has its path in common with GET, and a router answers for whole paths.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from grocery.kernel import clock, wire
from grocery.kernel.http import asker
from grocery.kernel.idempotency import idempotent
from grocery.kernel.inputs import Id
from grocery.kernel.money import dong
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import Quantity
from grocery.ordering import public as ordering
from grocery.ordering.api.changing import Edited, EditInput, EditSlot, PreviewCancelInput, edited_body
from grocery.ordering.api.orders import SUPPORTERS, router

__all__ = ["router"]


@router.patch("/orders/{order_id}", response=Edited, summary="Change an order until the cut-off of its slot")
@idempotent(required=True)
def edit(request: HttpRequest, order_id: Id, change: EditInput) -> HttpResponse:
    """Have exactly so much of these, in that slot; what is not named stays. What was agreed keeps its price, more
    costs today's; offers, coupons and the fee are worked out for the whole edited basket, never to the disadvantage
    of what was agreed while the basket earns it. Staff have to say why (`note`).

    `outcome` `waits_for_payment`: go on with `orders/{id}/pay` for `to_pay` before `pay_by`; until then the order is
    as it was. 409 `order_not_editable` when it is too late, `total_changed` where `expected_total` no longer holds,
    `out_of_stock` with what is missing, `slot_full`, `slot_closed`, `beyond_authorisation` where the card's hold ends
    before the slot. With `preview` nothing changes.
    """
    me = _may_change(request)
    wanted = {line.sku: Quantity(line.quantity) for line in change.lines}
    now, slot_id = clock.now(), change.slot_id
    if change.preview:
        seen = ordering.preview_edit(order_id=order_id, quantities=wanted, slot_id=slot_id, by=me, now=now)
    else:
        seen = ordering.edit(
            order_id=order_id,
            quantities=wanted,
            slot_id=slot_id,
            by=me,
            expected_total=dong(change.expected_total) if change.expected_total is not None else None,
            note=change.note,
            now=now,
        )
    return wire.response(edited_body(seen, me.language))


@router.get("/orders/{order_id}/slots", response=list[EditSlot], summary="Slots that an order may go into")
def slots(request: HttpRequest, order_id: Id) -> HttpResponse:
    """The slots of the next five days where the order goes, its own among them; `state` as in `delivery/slots`."""
    me = _may_change(request)
    own = ordering.order(
        order_id=order_id, customer_id=me.id if me.kind == "customer" else None, store_id=me.store_id
    ).slot_starts_at
    offers = ordering.edit_slots(order_id=order_id, by=me, now=clock.now())
    return wire.response(
        [
            {
                "slot_id": offer.slot.id,
                "day": offer.slot.day,
                "starts_at": offer.slot.starts_at,
                "ends_at": offer.slot.ends_at,
                "cutoff_at": offer.slot.cutoff_at,
                "state": offer.state,
                "fee": offer.fee,
                "current": offer.slot.starts_at == own,
            }
            for offer in offers
        ]
    )


@router.post("/orders/{order_id}/cancel/preview", response=Edited, summary="What cancelling some lines would come to")
def preview_cancel(request: HttpRequest, order_id: Id, less: PreviewCancelInput) -> HttpResponse:
    """As `cancel` with these lines, with its errors; nothing changes. Send `total` on as `expected_total`."""
    me = _may_change(request)
    seen = ordering.preview_cancel_lines(
        order_id=order_id,
        quantities={line.sku: Quantity(line.quantity) for line in less.lines},
        by=me,
        motive=less.motive,
        now=clock.now(),
    )
    return wire.response(edited_body(seen, me.language))


def _may_change(request: HttpRequest) -> Principal:
    me = asker(request)
    me.signed_in()
    if me.kind == "staff":
        me.require(*SUPPORTERS)
    return me
