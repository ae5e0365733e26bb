"""Writing facts down, once each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from prometheus_client import Counter

from grocery.ledger.contracts import Draft
from grocery.ledger.models import Entry

ENTRIES = Counter("ledger_entries", "Entries that were written down")


@transaction.atomic
def book(drafts: Iterable[Draft], *, now: datetime) -> int:
    """Write these down, whole; one whose source is in the books already is passed over. How many were new."""
    written = len(Entry.objects.book(drafts, now=now))
    ENTRIES.inc(written)
    return written
