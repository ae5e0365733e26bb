"""Which lots goods that come back belong to, and which of them may be sold again. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from grocery.inventory.contracts.returns import MoreThanIssued, Returned, ReturnedLot
from grocery.inventory.contracts.shelf_care import WasteReason
from grocery.inventory.policies.fefo import good
from grocery.kernel.quantity import ZERO, Quantity


@dataclass(frozen=True, slots=True)
class IssuedLot:
    """How much of a lot left for a holder and has not come back."""

    lot_id: UUID
    sku: str
    lot_code: str
    expires_on: date | None
    quantity: Quantity


def sort_back(returned: Iterable[Returned], issued: Sequence[IssuedLot], *, today: date) -> list[ReturnedLot]:
    """What goes back to which lot: as the label says, otherwise as if the first to expire had come back.

    So that nobody is promised more days than the goods may have. What is past its day is thrown away, whatever it
    looks like. Raises MoreThanIssued with all that is too much.
    """
    left = {lot.lot_id: lot for lot in issued}
    back: list[ReturnedLot] = []
    beyond: dict[str, Quantity] = {}
    for one in sorted(returned, key=lambda one: one.lot_id is None):  # what is labelled first
        wanted = one.quantity
        for lot in sorted(left.values(), key=lambda lot: (lot.expires_on or date.max, lot.lot_id)):
            if lot.sku == one.sku and one.lot_id in {None, lot.lot_id}:
                part = Quantity(min(wanted, lot.quantity))
                if part > 0:
                    back.append(_returned(one, lot, part, today=today))
                    left[lot.lot_id] = replace(lot, quantity=Quantity(lot.quantity - part))
                    wanted = Quantity(wanted - part)
        if wanted:
            beyond[one.sku] = Quantity(beyond.get(one.sku, ZERO) + wanted)
    if beyond:
        raise MoreThanIssued(beyond)
    return back


def _returned(one: Returned, lot: IssuedLot, quantity: Quantity, *, today: date) -> ReturnedLot:
    past = WasteReason.EXPIRED if not good(lot.expires_on, on=today) else None
    return ReturnedLot(lot.sku, lot.lot_id, lot.lot_code, lot.expires_on, quantity, one.spoilt or past)
