"""A change of stock that was posted is undone by its opposite; both stay to be read."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from grocery.inventory.contracts import ChangesRefused, NotTakenBackSo, TakenBackAlready
from grocery.inventory.models import Lot, Movement, MovementKind, Posting
from grocery.inventory.policies.changes import Refusal, taken_off
from grocery.inventory.services import locking
from grocery.inventory.services.announcing import announce
from grocery.kernel.errors import Invalid, NotFound

_MAY = {MovementKind.RECEIVED, MovementKind.WASTED, MovementKind.COUNTED, MovementKind.ADJUSTED}
#: What is done on these papers is undone on them: twice would be once too often.
_PAPERS = ("receipt:", "waste:", "transfer:")


@transaction.atomic
def take_back(*, movement: UUID, reason: str, now: datetime, by: UUID) -> None:
    """Undo a change that was received, wasted, counted or corrected: a movement "adjusted" that refers to it.

    Raises Invalid without a reason, ChangesRefused where the goods are gone or promised, TakenBackAlready,
    NotTakenBackSo for what is undone elsewhere (sales, transfers, receipts, waste slips, take-backs), NotFound.
    """
    if not reason.strip():
        raise Invalid("reason", "Say why.", "Cần ghi lý do.")
    found = Movement.objects.named(movement)
    if found is None:
        raise NotFound("movement", movement)
    if found.kind not in _MAY or found.takes_back_id or found.reference.startswith(_PAPERS):
        raise NotTakenBackSo
    items = locking.items_of_lots([found.lot_id])
    if Movement.objects.is_taken_back(found):
        raise TakenBackAlready
    (state,) = [lot for lot in Lot.objects.states(items) if lot.lot_id == found.lot_id]
    try:
        taken_off(state, found.quantity)
    except Refusal as why:
        raise ChangesRefused([why.of(1, state.sku)]) from why
    opposite = Posting(found.lot_id, MovementKind.ADJUSTED, -found.quantity, reason.strip(), takes_back=found.id)
    Movement.objects.post([opposite], by=by, reference=found.reference, at=now)
    announce(items, now=now)
