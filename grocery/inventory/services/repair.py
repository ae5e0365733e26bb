"""Books that do not agree are mended: first explained, then, if the figures are still those, done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from uuid import UUID

from django.db import transaction

from grocery.inventory.contracts import Difference, HasMovedOn, How, Remedy
from grocery.inventory.models import (
    LotFigures,
    Movement,
    MovementKind,
    Posting,
    StockDifference,
    Transfer,
)
from grocery.inventory.models.checks import correct_lots
from grocery.inventory.policies import truth as rules
from grocery.inventory.services import locking
from grocery.inventory.services.announcing import announce

_REASON = "the books disagreed"


def plan_repair(*, differences: Iterable[Difference]) -> list[Remedy]:
    """What would be done about those of these differences that are still there, each explained in both languages."""
    found = list(differences)
    figures = LotFigures({one.lot_id for one in found if one.lot_id})
    transfers = {one.transfer for one in found if one.transfer}
    others = [one for one in Transfer.objects.differences() if one.transfer in transfers] if transfers else []
    return [*_remedies(figures), *map(rules.elsewhere, others)]


@transaction.atomic
def repair(*, remedies: Sequence[Remedy], check: UUID | None, now: datetime, by: UUID | None) -> int:
    """Do what was explained, and keep with the `check` that it was done; how many differences are gone.

    What is to be mended by hand is left. The lots' items are locked and looked at again. Raises HasMovedOn, having
    changed nothing, if something else would have to be done by now; sales in between do not matter.
    """
    wanted = [remedy for remedy in remedies if remedy.how in {How.RESET, How.DOCUMENT}]
    lots = {remedy.difference.lot_id for remedy in wanted if remedy.difference.lot_id}
    items = locking.items_of_lots(lots)
    figures = LotFigures(lots)
    todo = [remedy for remedy in _remedies(figures) if remedy.how is not How.BY_HAND]
    if {_gist(remedy) for remedy in todo} != {_gist(remedy) for remedy in wanted}:
        raise HasMovedOn
    if todo:
        _write(todo, figures, check, now=now, by=by)
        announce(items, now=now)
    return len(todo)


def _remedies(figures: LotFigures) -> list[Remedy]:
    says = figures.by_lot()
    found: list[Remedy] = []
    for lot, differences in groupby(figures.differences(), key=lambda one: one.lot_id):
        if lot:
            on_hand, reserved = says[lot]
            found += rules.remedies(differences, on_hand=on_hand, reserved=reserved)
    return found


def _gist(remedy: Remedy) -> tuple[UUID | None, str, How, Decimal]:
    """What a remedy comes to, whatever was sold since it was explained."""
    found = remedy.difference
    return (found.lot_id, found.what, remedy.how, found.proven - found.recorded)


def _write(
    todo: Sequence[Remedy], figures: LotFigures, check: UUID | None, *, now: datetime, by: UUID | None
) -> None:
    says = figures.by_lot()
    right: dict[UUID, tuple[Decimal, Decimal]] = {}
    explained: list[Posting] = []
    for remedy in todo:
        found = remedy.difference
        if found.lot_id is None:
            continue
        on_hand, reserved = right.get(found.lot_id, says[found.lot_id])
        if remedy.how is How.DOCUMENT:
            gain = found.recorded - found.proven
            explained.append(Posting(found.lot_id, MovementKind.ADJUSTED, gain, _REASON))
        elif found.what == "on hand":
            on_hand = found.proven
        else:
            reserved = found.proven
        right[found.lot_id] = (on_hand, reserved)
    Movement.objects.post(explained, by=by, reference=f"check:{check}" if check else "check", at=now)
    correct_lots(right)
    if check:
        for how in {remedy.how for remedy in todo}:
            done = [remedy.difference for remedy in todo if remedy.how is how]
            StockDifference.objects.mend(check, done, how=how.value, by=by, now=now)
