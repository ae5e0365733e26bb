"""A person corrects the books: by adding to them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from grocery.kernel.errors import NotFound
from grocery.ledger.contracts import Account, AlreadyReversed, Draft, EntryKind, Line
from grocery.ledger.models import Entry, OrderBook
from grocery.ledger.services.book import book


@transaction.atomic
def reverse(*, entry_id: UUID, by: UUID, note: str, now: datetime) -> None:
    """Book the opposite of an entry, once. Raises NotFound; AlreadyReversed, also for a reversal itself."""
    entry = Entry.objects.whole(entry_id)
    if entry is None:
        raise NotFound("entry", entry_id)
    lines = tuple(Line(Account(line.account), -line.amount, line.rate, line.subject) for line in entry.postings.all())
    opposite = Draft(
        kind=EntryKind.REVERSAL,
        source=f"reversal:{entry.id}",
        at=now,
        order_id=entry.order_id,
        order_number=entry.order_number,
        store_id=entry.store_id,
        by=by,
        note=note,
        lines=lines,
        detail=entry.detail,
        reverses=entry.id,
    )
    if entry.kind == EntryKind.REVERSAL or not book([opposite], now=now):
        raise AlreadyReversed


@transaction.atomic
def close_order(*, order_id: UUID, by: UUID, note: str, now: datetime) -> None:
    """Book what is open of an order as a loss or, where it is owed to its customer, as none; closed stays closed.

    For differences that nobody will settle. Should money come or go later, the order opens again. Raises NotFound.
    """
    order = OrderBook.objects.locked(order_id)
    if order is None:
        raise NotFound("order", order_id)
    if not order.balance:
        return
    rest = Draft(
        kind=EntryKind.BY_HAND,
        source=f"closed:{order_id}:{Entry.objects.of_order(order_id).count()}",
        at=now,
        order_id=order_id,
        order_number=order.order_number,
        store_id=order.store_id,
        by=by,
        note=note,
        lines=(Line(Account.LOSSES, order.balance), Line(Account.RECEIVABLE, -order.balance)),
    )
    book([rest], now=now)
