"""The part of inventory's face by which staff change what is in a store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from grocery.inventory.contracts import ChangesDone, StockChange, StockLevel, StockLine
from grocery.inventory.services import change_stock as _changing
from grocery.kernel.quantity import Quantity

__all__ = ["change_stock", "change_stock_by_line", "stock_up"]


def change_stock(
    *,
    location: UUID,
    changes: Sequence[StockChange],
    now: datetime,
    by: UUID | None,
    reference: str = "",
    thresholds: Mapping[str, Quantity] = MappingProxyType({}),
    catalogued: bool = False,
) -> list[StockLevel]:
    """Receive, waste, correct and count, all lines or none; returns the SKUs that changed as they are now.

    Lines are done in order, each seeing those before it. A lot is named by `lot_code` and `expires_on`; receiving
    opens it, otherwise what is named must fit exactly one lot. Wasting and correcting need a reason. What is
    reserved can be neither wasted nor counted away. `by`: the staff member; `reference`: a delivery note, a count.
    `thresholds`: from now on a SKU is low when no more than this is free. `catalogued`: of a SKU that the store has
    never had and the catalogue does not sell nothing is received; one question for all of them.
    Raises ChangesRefused naming every line that is wrong; thresholds are numbered on after the lines.
    """
    return _changing.change_stock(
        location=location,
        changes=changes,
        now=now,
        by=by,
        reference=reference,
        thresholds=thresholds,
        catalogued=catalogued,
    )


def change_stock_by_line(
    *,
    location: UUID,
    changes: Sequence[StockChange],
    now: datetime,
    by: UUID | None,
    reference: str = "",
    thresholds: Mapping[str, Quantity] = MappingProxyType({}),
    catalogued: bool = False,
) -> ChangesDone:
    """The same, but the lines that are right are done, in one transaction, and those that are wrong are told."""
    return _changing.change_by_line(
        location=location,
        changes=changes,
        now=now,
        by=by,
        reference=reference,
        thresholds=thresholds,
        catalogued=catalogued,
    )


def stock_up(*, location: UUID, lines: Iterable[StockLine], now: datetime) -> int:
    """Receive a whole store's goods at once, with their low-stock thresholds; how many lots came in.

    Made for 50,000 lines in a few seconds; all or nothing. Raises ChangesRefused.
    """
    return _changing.stock_up(location=location, lines=lines, now=now)
