"""The part of the face for the order desk."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from grocery.ordering.contracts.desk import DayFigures, DeskFilter, DeskPage
from grocery.ordering.services import desk

_EVERYTHING = DeskFilter()


def order_desk(
    *, store_id: UUID, now: datetime, wanted: DeskFilter = _EVERYTHING, limit: int = 50, offset: int = 0
) -> DeskPage:
    """Orders of a store as the desk looks for them, the next slot first; without a state, those that are not over.

    Three statements, however many there are.
    """
    return desk.look(store_id=store_id, wanted=wanted, limit=limit, offset=offset, now=now)


def day_figures(*, store_id: UUID, since: datetime, now: datetime) -> DayFigures:
    """How picking has gone since then (the day's beginning on the store's clock), in four statements."""
    return desk.figures(store_id=store_id, since=since, now=now)
