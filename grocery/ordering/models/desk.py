"""Orders as those see them who work with them: what waits to be picked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Count, Q

from grocery.ordering.contracts import OrderState

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
