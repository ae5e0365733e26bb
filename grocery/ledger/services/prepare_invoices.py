"""Invoices are prepared as soon as it is known what they say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from prometheus_client import Counter

from grocery.kernel import statements
from grocery.kernel.clock import local_date
from grocery.ledger.contracts.invoices import InvoiceDraft
from grocery.ledger.models import Invoice, InvoiceFiling

PREPARED = Counter("ledger_invoices_prepared", "Invoices that were prepared, by kind", ["kind"])
_LETTERS: Final = 26


@transaction.atomic
def prepare(drafts: Iterable[InvoiceDraft], *, now: datetime, delay: timedelta | None = None) -> int:
    """Number and write down these invoices; one whose source is there already is passed over. How many were new.

    Six statements at most, however many. They are sent INVOICE_DELAY later, or that `delay`.
    """
    due_at = now + (settings.INVOICE_DELAY if delay is None else delay)
    wanted: dict[str, list[InvoiceDraft]] = defaultdict(list)
    for draft in drafts:
        wanted[_series(draft.at)].append(draft)
    rows = Invoice.objects.number(wanted)
    if rows:
        statements.insert(rows)
        statements.insert([InvoiceFiling(invoice=row, key=_key(row), due_at=due_at) for row in rows])
    for row in rows:
        PREPARED.labels(row.kind).inc()
    return len(rows)


def _series(at: datetime) -> str:
    """One for each year and, so that no number is given twice, for each time that a backup was restored: `HD26A`."""
    year = local_date(at, zone=settings.TIME_ZONE).year % 100
    return f"{settings.INVOICE_SERIES}{year:02d}{chr(ord('A') + settings.RESTORE_EPOCH % _LETTERS)}"


def _key(row: Invoice) -> str:
    return f"invoice:{row}"
