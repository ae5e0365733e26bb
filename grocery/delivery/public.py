"""Delivery: where, when, for how much, and what became of it.

Amounts are đồng. Days and windows are the store's own; moments are UTC. A *holder* is text that names who
keeps a place for a while: "cart:<uuid>". A slot counts orders: live holds and deliveries together never
exceed its capacity. A hold that has ended counts nowhere, from the moment it ends.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time
from uuid import UUID

from grocery.delivery.contracts import (
    Booking,
    DeliveryState,
    DeliveryView,
    Destination,
    Mode,
    OutsideDeliveryArea,
    PickupPoint,
    PickupPointId,
    Slot,
    SlotClosed,
    SlotFull,
    SlotHold,
    SlotId,
    SlotOffer,
    SlotState,
    Step,
    WrongStep,
    Zone,
    ZoneId,
)
from grocery.delivery.services import (
    book_again as booking_again,
)
from grocery.delivery.services import (
    book_slot,
    choices,
    deliver,
    hold_slot,
    list_slots,
    move_slot,
    plan_slots,
    show_delivery,
    zones,
)
from grocery.delivery.services import pickup_points as points
from grocery.kernel.money import Money, dong

__all__ = [
    # choosing
    "slots", "fee", "cutoff", "zone_of", "pickup_points",
    # keeping and booking
    "hold", "held", "slot_day", "let_go", "book", "cancel",
    # another slot for what is booked
    "slots_for", "slot_for", "fee_for", "move", "change_fee",
    # on the road
    "dispatch", "complete", "fail", "book_again", "delivery",
    # setting up and keeping going
    "save_zone", "delete_zone", "save_pickup_point", "save_slot_plan", "delete_slot_plan",
    "open_slots", "resize_slot", "sweep_holds", "store_names", "ward_names",
    # the words
    "Booking", "DeliveryState", "DeliveryView", "Destination", "Mode", "PickupPoint", "PickupPointId", "Slot",
    "SlotHold", "SlotId", "SlotOffer", "SlotState", "Step", "Zone", "ZoneId",
    # what can go wrong
    "OutsideDeliveryArea", "SlotClosed", "SlotFull", "WrongStep",
]  # fmt: skip


# --- choosing -----------------------------------------------------------------------------------------------
def slots(
    *,
    store_id: UUID,
    ward_code: str | None = None,
    pickup_point_id: UUID | None = None,
    days: int = 5,
    now: datetime,
    holder: str | None = None,
    basket: Money | None = None,
) -> list[SlotOffer]:
    """The slots of the next `days` local days (today first) for a ward or a pickup point, by day and start.

    Full and closed ones are there too, so that a day × window grid can be drawn; the one that `holder` keeps
    says so. `fee` is for this `basket` (the goods after discounts); without one, for a basket below the free
    amount. Two statements, one more for a holder. Raises OutsideDeliveryArea, NotFound("pickup point"), and
    Invalid when both or neither of ward and point are given.
    """
    return list_slots.list_slots(
        store_id=store_id,
        ward_code=ward_code,
        pickup_point_id=pickup_point_id,
        days=days,
        now=now,
        holder=holder,
        basket=basket,
    )


def fee(*, slot_id: UUID, ward_code: str | None, basket: Money | None) -> Money:
    """What this basket pays for this slot: zone fee and surcharge, or nothing from the zone's free amount on.

    A pickup slot ignores `ward_code`. Two statements. Raises NotFound("slot"), OutsideDeliveryArea.
    """
    return list_slots.fee(slot_id=slot_id, ward_code=ward_code, basket=basket)


def zone_of(*, store_id: UUID, ward_code: str) -> Zone:
    """The fee of a ward and from which basket on it is free. Raises OutsideDeliveryArea. One statement."""
    return zones.zone_of(store_id=store_id, ward_code=ward_code)


def pickup_points(*, store_id: UUID | None = None) -> list[PickupPoint]:
    """Where customers can fetch their orders: at one store, or everywhere. One statement."""
    return points.pickup_points(store_id=store_id)


# --- keeping and booking ------------------------------------------------------------------------------------
def hold(*, slot_id: UUID, holder: str, until: datetime, now: datetime, store_id: UUID | None = None) -> SlotHold:
    """Keep a place for `holder` until then, at most until the cut-off; asked again, the hold is prolonged.

    A holder keeps one place. Another one is let go in the same moment as the new one is got; when the new one
    cannot be had, the old one stays. Raises SlotFull, SlotClosed, NotFound("slot"), also when the slot is not
    of `store_id`.
    """
    return hold_slot.hold_slot(slot_id=slot_id, holder=holder, until=until, store_id=store_id, now=now)


def held(*, holder: str, now: datetime) -> SlotHold | None:
    """What the holder keeps at this moment. One statement."""
    return list_slots.held(holder=holder, now=now)


def slot_day(*, slot_id: UUID) -> date:
    """The store's local day of a slot. One statement. Raises NotFound("slot")."""
    return list_slots.slot_day(slot_id=slot_id)


def let_go(*, holder: str, beside: UUID | None = None) -> None:
    """Give back what the holder keeps; fine when that is nothing. `beside`: an order that is moved or called off in
    the same transaction, whose slot is locked together with the holder's."""
    hold_slot.let_go(holder=holder, beside=beside)


def book(
    *,
    slot_id: UUID,
    holder: str,
    order_id: UUID,
    customer_id: UUID,
    store_id: UUID,
    destination: Destination,
    basket: Money,
    now: datetime,
) -> Booking:
    """Take a place for good: the holder's hold becomes the order's delivery, in the caller's transaction.

    Without a live hold on this slot a free place is taken; a hold on another slot is let go. The fee is that
    of `fee(...)` for the destination's ward. An order is booked once. Who holds a place here waits for nobody else in
    the slot; five statements. Raises
    SlotFull, SlotClosed, OutsideDeliveryArea, NotFound("slot") for another store's slot or another point's.
    """
    return book_slot.book_slot(
        slot_id=slot_id,
        holder=holder,
        order_id=order_id,
        customer_id=customer_id,
        store_id=store_id,
        destination=destination,
        basket=basket,
        now=now,
    )


def cancel(*, order_id: UUID, now: datetime, by: UUID | None = None) -> None:
    """Call a delivery off and give its place back; fine when it is cancelled already.

    Raises NotFound("delivery"), WrongStep once the goods are on the road or delivered.
    """
    deliver.cancel(order_id=order_id, now=now, by=by)


# --- another slot for what is booked -------------------------------------------------------------------------
def slots_for(*, order_id: UUID, now: datetime, days: int = 5, basket: Money | None = None) -> list[SlotOffer]:
    """As `slots`, for where this order goes. The order's own slot is among them, as others see it.

    Raises NotFound("delivery"), OutsideDeliveryArea. Three statements.
    """
    return move_slot.slots_for(order_id=order_id, days=days, basket=basket, now=now)


def slot_for(*, order_id: UUID, slot_id: UUID, now: datetime) -> Slot:
    """The slot, if this order may go into it: of its store, its ward or pickup point, before its cut-off.

    Whether there is a place shows when it is taken. Raises NotFound, SlotClosed. Two statements.
    """
    return move_slot.slot_for(order_id=order_id, slot_id=slot_id, now=now)


def fee_for(*, order_id: UUID, slot_id: UUID, basket: Money) -> Money:
    """What this basket pays today for that slot, where the order goes. Raises NotFound, OutsideDeliveryArea."""
    return move_slot.fee_for(order_id=order_id, slot_id=slot_id, basket=basket)


def move(
    *, order_id: UUID, slot_id: UUID, fee: Money, now: datetime, by: UUID | None = None, holder: str = ""
) -> Slot:
    """Have an order delivered in another slot for that fee, in the caller's transaction.

    The new place is got before the old one is given back: what `holder` keeps there (empty: the order itself, which
    keeps nothing), else a free one. When it cannot be had, everything stays as it was. `by`: the staff member.
    Raises NotFound, also for another store's slot or another point's; SlotFull, SlotClosed; WrongStep once the goods
    are on the road or the delivery is off.
    """
    return move_slot.move(
        order_id=order_id, slot_id=slot_id, holder=holder or f"order:{order_id}", fee=fee, now=now, by=by
    )


def change_fee(*, order_id: UUID, fee: Money) -> None:
    """Write down what the way costs after the order has become another, in the caller's transaction."""
    move_slot.change_fee(order_id=order_id, fee=fee)


# --- on the road --------------------------------------------------------------------------------------------
def dispatch(*, order_id: UUID, now: datetime, by: UUID | None, driver: str = "") -> None:
    """The goods leave the store: DeliveryDispatched. `by` is the staff member. Once; again is fine.

    Raises NotFound("delivery"), WrongStep.
    """
    deliver.dispatch(order_id=order_id, driver=driver, now=now, by=by)


def complete(*, order_id: UUID, now: datetime, by: UUID | None, proof_note: str = "") -> None:
    """The customer has the goods: DeliveryCompleted. A pickup needs no dispatch before. Once; again is fine.

    Raises NotFound("delivery"), WrongStep.
    """
    deliver.complete(order_id=order_id, proof_note=proof_note, now=now, by=by)


def fail(*, order_id: UUID, reason: str, now: datetime, by: UUID | None) -> None:
    """The goods come back: DeliveryFailed. `reason` names no person. It may be dispatched again.

    Raises NotFound("delivery"), WrongStep.
    """
    deliver.fail(order_id=order_id, reason=reason, now=now, by=by)


def book_again(*, order_id: UUID, slot_id: UUID, now: datetime, by: UUID | None) -> Slot:
    """Bring what came back in another slot of its store, of the same kind; the fee stays. It is scheduled again.

    Raises NotFound("delivery"), NotFound("slot") also for another store's or another point's, WrongStep unless it
    failed, SlotFull, SlotClosed.
    """
    return booking_again.book_again(order_id=order_id, slot_id=slot_id, now=now, by=by)


def cutoff(*, slot_id: UUID) -> datetime:
    """Until when an order of this slot may still be placed or changed. One statement. Raises NotFound("slot")."""
    return list_slots.cutoff(slot_id=slot_id)


def delivery(*, order_id: UUID) -> DeliveryView:
    """Where an order is and how it got there. Raises NotFound("delivery"). Two statements."""
    return show_delivery.show_delivery(order_id=order_id)


# --- setting up and keeping going ---------------------------------------------------------------------------
def save_zone(
    *,
    store_id: UUID,
    name_en: str,
    name_vi: str,
    fee: Money,
    ward_codes: Collection[str],
    free_from: Money | None = None,
    zone_id: UUID | None = None,
) -> ZoneId:
    """Write down wards that pay one fee; without `zone_id`, the store's zone of that English name.

    A ward is in one zone of a store: naming it here takes it out of the other. Raises Invalid("ward_codes")
    for a ward that is not on the official list, NotFound("delivery zone").
    """
    return zones.save_zone(
        store_id=store_id,
        name_en=name_en,
        name_vi=name_vi,
        fee=fee,
        free_from=free_from,
        ward_codes=ward_codes,
        zone_id=zone_id,
    )


def delete_zone(*, zone_id: UUID) -> None:
    """Stop delivering to a zone's wards; what is booked stays booked. Raises NotFound("delivery zone")."""
    zones.delete_zone(zone_id=zone_id)


def save_pickup_point(
    *,
    store_id: UUID,
    name_en: str,
    name_vi: str,
    address: str,
    hours_en: str = "",
    hours_vi: str = "",
    pickup_point_id: UUID | None = None,
) -> PickupPointId:
    """Write a pickup point down; without an id, the store's point of that English name. Raises NotFound."""
    return points.save_pickup_point(
        store_id=store_id,
        name_en=name_en,
        name_vi=name_vi,
        address=address,
        hours_en=hours_en,
        hours_vi=hours_vi,
        pickup_point_id=pickup_point_id,
    )


def save_slot_plan(
    *,
    store_id: UUID,
    weekdays: Collection[int],
    starts: time,
    ends: time,
    capacity: int,
    pickup_point_id: UUID | None = None,
    surcharge: Money = dong(0),  # noqa: B008 - Money is immutable
    cutoff_minutes: int = 60,
) -> list[UUID]:
    """Plan one window of the week; returns the plans' ids. Monday is 0, times are on the store's clock.

    With a pickup point the window is for fetching, without one for delivery. Replaces the window of the same
    start; slots that are open already stay as they are. `surcharge` is added to the zone's fee and may be
    negative. Raises Invalid("ends") for a window that ends before it starts, NotFound("pickup point").
    """
    return plan_slots.save_slot_plan(
        store_id=store_id,
        pickup_point_id=pickup_point_id,
        weekdays=weekdays,
        starts=starts,
        ends=ends,
        capacity=capacity,
        surcharge=surcharge,
        cutoff_minutes=cutoff_minutes,
    )


def delete_slot_plan(*, plan_id: UUID) -> None:
    """Forget a window of the week; slots that are open already stay. Raises NotFound("slot plan")."""
    plan_slots.delete_slot_plan(plan_id=plan_id)


def open_slots(*, now: datetime, days: int = 7) -> int:
    """Open what the plans say for the next `days` local days of every store; how many slots are new.

    Opening again opens nothing twice and changes nothing. Where the clocks jump over a window there is none.
    """
    return plan_slots.open_slots(now=now, days=days)


def resize_slot(*, slot_id: UUID, capacity: int, now: datetime) -> None:
    """Let one slot take more or fewer orders.

    Raises Invalid("capacity") below what is taken already, NotFound("slot").
    """
    plan_slots.resize_slot(slot_id=slot_id, capacity=capacity, now=now)


def sweep_holds(*, now: datetime) -> int:
    """Clear ended holds away; how many. Housekeeping only: they count for nothing since they ended."""
    return hold_slot.sweep_holds(now=now)


def store_names(*, language: str) -> dict[UUID, str]:
    """The stores that delivery can be set up for, by id, in "vi" or "en"."""
    return choices.store_names(language=language)


def ward_names(*, language: str) -> dict[str, dict[str, str]]:
    """The wards that a zone can hold: the name by the code, grouped by province. A statement per province."""
    return choices.ward_names(language=language)
