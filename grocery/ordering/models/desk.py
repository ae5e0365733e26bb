"""Orders as those see them who work with them: what waits to be picked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import BooleanField, Count, ExpressionWrapper, Q
from django.db.models.expressions import RawSQL

from grocery.ordering.contracts import OrderState
from grocery.ordering.contracts.desk import DeskFilter

#: The tables of questions and short picks stand above this one: raw, so that neither needs the other.
_ASKED = RawSQL(
    """(EXISTS (SELECT 1 FROM "ordering_substitution" asked
    WHERE asked.order_id = "ordering_order"."id" AND asked.state = 'asked')
    OR EXISTS (SELECT 1 FROM "ordering_weightquestion" weighed
    WHERE weighed.order_id = "ordering_order"."id" AND weighed.state = 'asked'))""",
    (),
    output_field=BooleanField(),
)
_SHORT = RawSQL(
    """EXISTS (SELECT 1 FROM "ordering_shortpick" short WHERE short.order_id = "ordering_order"."id")""",
    (),
    output_field=BooleanField(),
)
_OVER = [OrderState.DELIVERED.value, OrderState.CANCELLED.value]
_TO_PICK = [OrderState.CONFIRMED.value, OrderState.PICKING.value]


class DeskQuerySet[M: models.Model](models.QuerySet[M]):
    """What orders can be asked beside what customers ask."""

    def to_be_picked(self) -> Self:
        """Those that nobody picks, the next slot first: confirmed, or begun and given back."""
        return self.filter(state__in=_TO_PICK, picking__wave=None).by_slot()

    def by_slot(self) -> Self:
        """The next slot first."""
        return self.order_by("slot_starts_at", "placed_at", "id")

    def among(self, orders: Iterable[UUID] | None) -> Self:
        """These; None: all."""
        return self if orders is None else self.filter(pk__in=list(orders))

    def claimed(self, most: int) -> list[M]:
        """Lock up to so many, passing over those that somebody else is locking."""
        return list(self.select_for_update(of=("self",), skip_locked=True)[:most])

    def in_wave(self, wave_id: UUID) -> Self:
        return self.filter(picking__wave=wave_id)

    def lock_all(self) -> list[M]:
        """Lock them all, in the order of their keys."""
        return list(self.order_by("pk").select_for_update(of=("self",)))

    def with_line_count(self) -> Self:
        """Adds `line_count`: lines of which anything is wanted."""
        return self.annotate(line_count=Count("lines", filter=Q(lines__quantity__gt=0)))

    def not_over(self) -> Self:
        """Neither delivered nor cancelled."""
        return self.exclude(state__in=_OVER)

    def counted_by_slot(self) -> list[tuple[datetime, datetime, str, str, int]]:
        """How many of them each slot has in each state, the next slot first."""
        slots = ("slot_starts_at", "slot_ends_at", "zone", "state")
        counted = self.order_by(*slots).values_list(*slots).annotate(orders=Count("pk"))
        return list(counted)

    def at_desk(self, wanted: DeskFilter, *, late_from: datetime, now: datetime) -> Self:
        """What the desk looks for; see `with_troubles` for what is late."""
        found = self.filter(state=wanted.state.value) if wanted.state else self.not_over()
        if wanted.slot_starts_at:
            found = found.filter(slot_starts_at=wanted.slot_starts_at)
        if wanted.method:
            found = found.filter(method=wanted.method)
        if wanted.late:
            found = found.filter(_late(late_from, now))
        if wanted.asked:
            found = found.filter(_ASKED)
        return found.filter(_SHORT) if wanted.short else found

    def with_troubles(self, *, late_from: datetime, now: datetime) -> Self:
        """Adds `is_late` (not begun though its slot begins by `late_from`, or not gone though it has begun),
        `is_asked` (its customer has a question to answer) and `is_short` (the shelf held too little)."""
        return self.annotate(
            is_late=ExpressionWrapper(_late(late_from, now), output_field=BooleanField()),
            is_asked=_ASKED,
            is_short=_SHORT,
        )


def _late(late_from: datetime, now: datetime) -> Q:
    not_begun = Q(state=OrderState.CONFIRMED.value, slot_starts_at__lte=late_from)
    not_gone = Q(state__in=[OrderState.PICKING.value, OrderState.PACKED.value], slot_starts_at__lte=now)
    return not_begun | not_gone
