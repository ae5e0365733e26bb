"""The database refuses books that do not balance, and to have them rewritten, whoever asks."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Model

from grocery.kernel.ids import new_id
from grocery.ledger.contracts import Account, Draft, EntryKind, Line, Unbalanced
from grocery.ledger.models import Entry, OrderBook, Posting
from grocery.ledger.services.book import book

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def draft(source: str = "taken:1", amount: int = 100, order_id: UUID | None = None) -> Draft:
    lines = (Line(Account.TILL, amount), Line(Account.RECEIVABLE, -amount))
    order = {"order_id": order_id, "order_number": "A-1", "store_id": new_id()} if order_id else {}
    return Draft(kind=EntryKind.TAKEN, source=source, at=NOW, lines=lines, **order)  # type: ignore[arg-type]  # some


@transaction.atomic
def save_and_commit(row: Model) -> None:
    """What is checked at the end of a transaction is checked at the end of this one."""
    row.save(force_insert=True)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_fact_counts_once(shop: object):
    order = new_id()
    assert [book([draft(order_id=order)], now=NOW) for _ in range(2)] == [1, 0]
    assert book([draft("taken:2", order_id=order), draft(order_id=order), draft("taken:2")], now=NOW) == 1
    assert (Entry.objects.count(), Posting.objects.count(), OrderBook.objects.get().balance) == (2, 4, -200)


def test_a_draft_that_does_not_balance_is_a_bug():
    for lines in ((Line(Account.TILL, 1),), (), (Line(Account.TILL, 0),)):
        with pytest.raises(Unbalanced):
            Draft(kind=EntryKind.TAKEN, source="x", at=NOW, lines=lines)


def test_the_database_refuses_what_does_not_balance():
    book([draft()], now=NOW)
    one_sided = Posting(entry=Entry.objects.get(), account=Account.BANK, amount=1)
    with pytest.raises(IntegrityError, match="cancel each other out"):
        save_and_commit(one_sided)


def test_the_database_refuses_an_entry_of_nothing():
    empty = Entry(kind=EntryKind.TAKEN, source="x", at=NOW, booked_at=NOW)
    with pytest.raises(IntegrityError, match="cancel each other out"):
        save_and_commit(empty)


def test_what_is_written_stays_written():
    book([draft()], now=NOW)
    for rewrite in (
        lambda: Entry.objects.update(note="y"),
        lambda: Posting.objects.update(amount=5),
        lambda: Posting.objects.all().delete(),
        lambda: Entry.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="only ever added to"), transaction.atomic():
            rewrite()
