"""What the order desk sees."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from grocery.kernel.money import dong
from grocery.ordering import models
from grocery.ordering.contracts import OrderState
from grocery.ordering.contracts.desk import DayFigures, DeskFilter, DeskPage, DeskRow, SlotCount
from grocery.ordering.services.show_picking import lead


def look(*, store_id: UUID, wanted: DeskFilter, limit: int, offset: int, now: datetime) -> DeskPage:
    """See `public.desk.order_desk`."""
    here = models.Order.objects.of_store(store_id)
    found = here.mentioning(wanted.words) if wanted.words else here
    found = found.at_desk(wanted, late_from=now + lead(), now=now)
    rows = found.with_line_count().with_troubles(late_from=now + lead(), now=now).by_slot()[offset : offset + limit]
    return DeskPage(
        total=found.count(),
        rows=tuple(_row(order) for order in rows),
        counts=tuple(_count(row) for row in here.not_over().counted_by_slot()),
    )


def figures(*, store_id: UUID, since: datetime, now: datetime) -> DayFigures:
    """See `public.desk.day_figures`."""
    sealed = models.OrderPick.objects.sealed_since(since, store_id=store_id)
    counted = sealed.counted()
    walked = models.Wave.objects.of_store(store_id).walked_since(since)
    hours = sum((wave.worked(now) for wave in walked), timedelta()).total_seconds() / 3600
    picked = models.Pick.objects.lines_since(since, store_id=store_id)
    return DayFigures(
        sealed=counted.orders,
        lines_per_hour=round(picked / hours) if hours else None,
        found=_part(counted.lines - counted.short, counted.lines),
        substituted=_part(counted.stand_ins, counted.lines),
        on_time=_part(counted.on_time, counted.orders),
    )


def _part(some: int, whole: int) -> Decimal | None:
    return Decimal(some) / whole if whole else None


def _row(order: models.Order) -> DeskRow:
    return DeskRow(
        order_id=order.id,
        number=order.number,
        state=OrderState(order.state),
        recipient=order.recipient,
        phone=order.phone,
        method=order.method,
        slot_starts_at=order.slot_starts_at,
        slot_ends_at=order.slot_ends_at,
        zone=order.zone,
        total=dong(order.charged if order.charged is not None else order.total),
        lines=order.line_count,  # type: ignore[attr-defined]  # annotated
        late=order.is_late,  # type: ignore[attr-defined]  # annotated
        asked=order.is_asked,  # type: ignore[attr-defined]  # annotated
        short=order.is_short,  # type: ignore[attr-defined]  # annotated
    )


def _count(row: tuple[datetime, datetime, str, str, int]) -> SlotCount:
    starts, ends, zone, state, orders = row
    return SlotCount(starts, ends, zone, OrderState(state), orders)
