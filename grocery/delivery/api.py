"""Storefront HTTP routes of delivery: mapping only."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from grocery.delivery import public as delivery
from grocery.kernel import clock, wire
from grocery.kernel.errors import NotFound
from grocery.kernel.http import asker
from grocery.kernel.inputs import Code, Id
from grocery.kernel.money import dong

router = Router(tags=["delivery"])
Days = Annotated[int, Field(ge=1, le=14)]
#: An `Amount` of a query string, where every number is text.
Basket = Annotated[int, Field(ge=0, le=100_000_000_000)]

_STORE = "01990000-0000-7000-8000-000000000001"
_SLOT = {
    "id": "01990000-0000-7000-8000-0000000000a1",
    "store_id": _STORE,
    "mode": "delivery",
    "pickup_point_id": None,
    "day": "2026-11-20",
    "starts": "16:00",
    "ends": "18:00",
    "starts_at": "2026-11-20T09:00:00Z",
    "ends_at": "2026-11-20T11:00:00Z",
    "cutoff_at": "2026-11-20T08:00:00Z",
    "state": "open",
    "fee": 15000,
}
_POINT = {
    "id": "01990000-0000-7000-8000-0000000000b1",
    "store_id": _STORE,
    "name": "Quầy Bến Thành",
    "address": "1 Lê Lợi, Phường Bến Thành",
    "hours": "8–21h, mỗi ngày",
}
_STEP = {"state": "out_for_delivery", "at": "2026-11-20T09:05:00Z"}
_DELIVERY = {
    "order_id": "01990000-0000-7000-8000-0000000000c1",
    "mode": "delivery",
    "state": "out_for_delivery",
    "day": "2026-11-20",
    "starts_at": "2026-11-20T09:00:00Z",
    "ends_at": "2026-11-20T11:00:00Z",
    "fee": 15000,
    "recipient": "Nguyễn Thị Lan",
    "phone": "+84903123456",
    "address": "18/3 Lê Anh Xuân, Phường Bến Thành, TP. Hồ Chí Minh",
    "note": "",
    "pickup_point_id": None,
    "driver": "Minh",
    "timeline": [{"state": "scheduled", "at": "2026-11-20T06:42:00Z"}, _STEP],
}


def _example(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [example]})


class SlotOut(Schema):
    """One cell of the day × window grid. `starts` and `ends` are on the store's clock; `fee` is in đồng."""

    id: UUID
    store_id: UUID
    mode: delivery.Mode
    pickup_point_id: UUID | None
    day: date
    starts: str
    ends: str
    starts_at: datetime
    ends_at: datetime
    cutoff_at: datetime
    state: delivery.SlotState
    fee: int
    model_config = _example(_SLOT)


class SlotsOut(Schema):
    slots: list[SlotOut]
    model_config = _example({"slots": [_SLOT]})


class PickupPointOut(Schema):
    """A place to fetch an order, named in the language asked for."""

    id: UUID
    store_id: UUID
    name: str
    address: str
    hours: str
    model_config = _example(_POINT)


class StepOut(Schema):
    state: delivery.DeliveryState
    at: datetime
    model_config = _example(_STEP)


class DeliveryOut(Schema):
    """Where an order is. `fee` is in đồng; `address` is empty for what is fetched."""

    order_id: UUID
    mode: delivery.Mode
    state: delivery.DeliveryState
    day: date
    starts_at: datetime
    ends_at: datetime
    fee: int
    recipient: str
    phone: str
    address: str
    note: str
    pickup_point_id: UUID | None
    driver: str
    timeline: list[StepOut]
    model_config = _example(_DELIVERY)


@router.get("/slots", response=SlotsOut, summary="Delivery or pickup slots")
def slots(
    request: HttpRequest,
    store_id: Id,
    ward: Code | None = None,
    pickup_point_id: Id | None = None,
    days: Days = 5,
    basket: Basket | None = None,
) -> HttpResponse:
    """The slots of the next `days` local days for a ward **or** a pickup point, with state and fee.

    `basket` is the price of the goods in đồng: from the zone's free amount on, delivery costs nothing.
    """
    offers = delivery.slots(
        store_id=store_id,
        ward_code=ward,
        pickup_point_id=pickup_point_id,
        days=days,
        now=clock.now(),
        basket=dong(basket) if basket is not None else None,
    )
    return wire.response({"slots": [_slot(offer) for offer in offers]})


@router.get("/pickup-points", response=list[PickupPointOut], summary="Pickup points")
def pickup_points(request: HttpRequest, store_id: Id | None = None) -> HttpResponse:
    """Where orders can be fetched: at one store, or everywhere."""
    vietnamese = asker(request).language == "vi"
    return wire.response(
        [
            {
                "id": point.id,
                "store_id": point.store_id,
                "name": point.name_vi if vietnamese else point.name_en,
                "address": point.address,
                "hours": point.hours_vi if vietnamese else point.hours_en,
            }
            for point in delivery.pickup_points(store_id=store_id)
        ]
    )


@router.get("/deliveries/{order_id}", response=DeliveryOut, summary="Where an order is")
def show(request: HttpRequest, order_id: Id) -> HttpResponse:
    """The delivery of one of my orders; for staff, of any order of their store. Anybody else's is not found."""
    me = asker(request)
    me.signed_in()
    view = delivery.delivery(order_id=order_id)
    mine = me.id == view.customer_id
    ours = me.kind == "staff" and me.store_id in {None, view.store_id}
    if not (mine or ours):
        raise NotFound("delivery", order_id)
    return wire.response(_delivery(view))


def _slot(offer: delivery.SlotOffer) -> dict[str, Any]:
    slot = offer.slot
    return {
        "id": slot.id,
        "store_id": slot.store_id,
        "mode": slot.mode,
        "pickup_point_id": slot.pickup_point_id,
        "day": slot.day,
        "starts": f"{slot.starts:%H:%M}",
        "ends": f"{slot.ends:%H:%M}",
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "cutoff_at": slot.cutoff_at,
        "state": offer.state,
        "fee": offer.fee,
    }


def _delivery(view: delivery.DeliveryView) -> dict[str, Any]:
    to = view.destination
    return {
        "order_id": view.order_id,
        "mode": view.mode,
        "state": view.state,
        "day": view.day,
        "starts_at": view.starts_at,
        "ends_at": view.ends_at,
        "fee": view.fee,
        "recipient": to.recipient,
        "phone": to.phone,
        "address": ", ".join(part for part in (to.street, to.ward, to.province) if part),
        "note": to.note,
        "pickup_point_id": to.pickup_point_id,
        "driver": view.driver,
        "timeline": [{"state": step.state, "at": step.at} for step in view.timeline],
    }
