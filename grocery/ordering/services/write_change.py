"""What was done to an order, written down for everybody who looks at it later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from grocery.kernel.money import Money
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import Quantity
from grocery.ordering import models
from grocery.ordering.contracts import CancelMotive, ChangeKind, LineChange, SlotMove, TenderChange


def of_line(line: models.OrderLine, *, after: Quantity) -> LineChange:
    """From what the line is to what it is about to be."""
    return LineChange(line.sku, line.name_en, line.name_vi, line.unit, Quantity(line.quantity), after)


def write_change(
    order: models.Order,
    kind: ChangeKind,
    lines: Sequence[LineChange],
    *,
    before: Money,
    by: Principal | None,
    motive: CancelMotive = CancelMotive.UNSAID,
    note: str = "",
    now: datetime,
) -> None:
    """Write down that the order changed like this, and came to `before` until now. `by` None: the system itself."""
    actor, actor_id = (by.kind, by.id) if by else ("system", None)
    record(order, kind, lines, before=before, actor=actor, actor_id=actor_id, motive=motive, note=note, now=now)


def record(
    order: models.Order,
    kind: ChangeKind,
    lines: Sequence[LineChange],
    *,
    before: Money,
    actor: str,
    actor_id: UUID | None,
    motive: CancelMotive = CancelMotive.UNSAID,
    note: str = "",
    moved: SlotMove | None = None,
    tender: TenderChange | None = None,
    now: datetime,
) -> None:
    """The same for somebody of whom only kind and id are known."""
    models.OrderChange.objects.create(
        order=order,
        kind=kind.value,
        at=now,
        actor=actor,
        actor_id=actor_id,
        motive=motive.value,
        note=note,
        lines=models.written(lines),
        moved=models.written_move(moved),
        tender=models.written_tender(tender),
        total_before=before.minor,
        total=order.total,
    )
