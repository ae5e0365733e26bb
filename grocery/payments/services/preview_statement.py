"""What a statement would bring: it is taken as if it were meant, and nothing of that is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from django.db import transaction

from grocery.kernel.money import dong
from grocery.payments.contracts.statements import StatementSeen
from grocery.payments.policies.transfers import TAKEN, Oddity, Source
from grocery.payments.services.import_statement import transfers_on
from grocery.payments.services.take_transfer import taken_as


def preview_statement(*, path: Path, columns: Mapping[str, str], now: datetime) -> StatementSeen:
    """Exactly what `import_statement` would do at this moment, and changes nothing; two lines for one order are two
    here as well. Call outside a transaction. Raises NotAStatement, NotASheet."""
    with transaction.atomic():
        seen = _see(path, columns, now)
        transaction.set_rollback(True)
    return seen


def _see(path: Path, columns: Mapping[str, str], now: datetime) -> StatementSeen:
    odd: Counter[Oddity] = Counter()
    matched, known, brings, unreadable = 0, 0, 0, []
    for number, told in transfers_on(path, columns):
        oddity = taken_as(told, Source.STATEMENT, now=now) if told else None
        if told is None:
            unreadable.append(number)
        elif oddity is None:
            known += 1
        else:
            brings += told.amount if told.currency == "VND" else 0
            matched += oddity in TAKEN
            odd[oddity] += oddity not in TAKEN
    reasons = tuple((oddity.value, many) for oddity, many in odd.most_common() if many)
    return StatementSeen(matched, reasons, known, tuple(unreadable), dong(brings))
