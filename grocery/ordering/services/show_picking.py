"""What waits to be picked, and who picks what."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from grocery.kernel.errors import NotFound
from grocery.ordering import models, policies
from grocery.ordering.contracts import OrderState
from grocery.ordering.contracts.picking import WaitingOrder, WaveOrder, WaveView


def queue(*, store_id: UUID, limit: int, now: datetime) -> tuple[WaitingOrder, ...]:
    """See `public.picking.picking_queue`."""
    waiting = models.Order.objects.of_store(store_id).to_be_picked().with_line_count()[:limit]
    return tuple(_waiting(order, now) for order in waiting)


def wave(*, wave_id: UUID, store_id: UUID | None) -> WaveView:
    """See `public.picking.wave`."""
    found = models.Wave.objects.with_id(wave_id).open().first()
    if found is None or store_id not in {None, found.store_id}:
        raise NotFound("wave", wave_id)
    return _wave(found)


def wave_of(*, picker_id: UUID) -> WaveView | None:
    """See `public.picking.wave_of`."""
    found = models.Wave.objects.of_picker(picker_id).open().first()
    return _wave(found) if found else None


def waves(*, store_id: UUID) -> tuple[WaveView, ...]:
    """See `public.picking.waves`."""
    return tuple(_wave(found) for found in models.Wave.objects.of_store(store_id).open().oldest_first().with_orders())


def lead() -> timedelta:
    """How long before its slot an order should be begun."""
    return timedelta(minutes=settings.PICKING_LEAD_MINUTES)


def _waiting(order: models.Order, now: datetime) -> WaitingOrder:
    start_by = policies.start_by(order.slot_starts_at, lead=lead())
    return WaitingOrder(
        order_id=order.id,
        number=order.number,
        slot_starts_at=order.slot_starts_at,
        slot_ends_at=order.slot_ends_at,
        zone=order.zone,
        start_by=start_by,
        urgency=policies.urgency(start_by, now=now),
        lines=order.line_count,  # type: ignore[attr-defined]  # annotated
        begun=order.state == OrderState.PICKING,
    )


def _wave(found: models.Wave) -> WaveView:
    return WaveView(
        id=found.id,
        store_id=found.store_id,
        picker_id=found.picker_id,
        started_at=found.started_at,
        paused_at=found.paused_at,
        orders=tuple(_of_wave(pick) for pick in found.walked()),
    )


def _of_wave(pick: models.OrderPick) -> WaveOrder:
    order = pick.order
    return WaveOrder(
        order_id=order.id,
        number=order.number,
        letter=pick.letter,
        slot_starts_at=order.slot_starts_at,
        slot_ends_at=order.slot_ends_at,
        zone=order.zone,
        start_by=policies.start_by(order.slot_starts_at, lead=lead()),
        state=OrderState(order.state),
    )
