"""Slots as a table of radios: days as columns, windows as rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from grocery.delivery.public import SlotOffer, SlotState
from grocery.storefront import wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One slot; `said` is read out, `shown` stands in the box."""

    id: str
    shown: str
    said: str
    free: bool
    disabled: bool
    checked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    name: str
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    window: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    days: tuple[Day, ...]
    rows: tuple[Row, ...]


def grid(offers: Sequence[SlotOffer], *, today: date, own: UUID | None = None, chosen: UUID | None = None) -> Grid:
    """The offers by day and window; a day that lacks a window has an empty cell there.

    `own`: the slot that an order is in already; `chosen`: the one that is ticked.
    """
    days = sorted({offer.slot.day for offer in offers})
    windows = sorted({(offer.slot.starts, offer.slot.ends) for offer in offers})
    found = {(offer.slot.day, offer.slot.starts, offer.slot.ends): offer for offer in offers}
    rows = []
    for starts, ends in windows:
        row = [found.get((day, starts, ends)) for day in days]
        some = next(offer for offer in row if offer)
        window = wording.window(some.slot.starts_at, some.slot.ends_at)
        cells = tuple(_cell(offer, window, today, own, chosen) if offer else None for offer in row)
        rows.append(Row(window=window, cells=cells))
    return Grid(
        days=tuple(Day(name=wording.weekday(day, today=today), date=wording.day(day)) for day in days),
        rows=tuple(rows),
    )


def _cell(offer: SlotOffer, window: str, today: date, own: UUID | None, chosen: UUID | None) -> Cell:
    mine = own is not None and offer.slot.id == own
    shown = pgettext("a slot", "Yours") if mine else _shown(offer)
    day = f"{wording.weekday(offer.slot.day, today=today)} {wording.day(offer.slot.day)}"
    return Cell(
        id=str(offer.slot.id),
        shown=shown,
        said=f"{day}, {window}: {shown}",
        free=not offer.fee,
        disabled=not mine and offer.state in {SlotState.FULL, SlotState.CLOSED},
        checked=offer.slot.id == chosen if chosen else offer.state is SlotState.HELD,
    )


def _shown(offer: SlotOffer) -> str:
    match offer.state:
        case SlotState.HELD:
            return pgettext("a slot", "Held")
        case SlotState.FULL:
            return pgettext("a slot", "Full")
        case SlotState.CLOSED:
            return pgettext("a slot", "Closed")
    return str(offer.fee) if offer.fee else _("Free")
