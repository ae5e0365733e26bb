"""What payment providers have told us of our money, line by line, and what differs from our books."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, Final, Self
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grocery.kernel import statements
from grocery.kernel.ids import new_id
from grocery.kernel.money import Money, dong
from grocery.ledger.contracts.settlement import LineKind, LineState

LINE_KINDS = [
    (LineKind.PAYMENT.value, _("payment")),
    (LineKind.REFUND.value, _("refund")),
    (LineKind.FEE.value, _("fee")),
    (LineKind.PAYOUT.value, _("payout")),
]
LINE_STATES = [
    (LineState.MATCHED.value, _("matches")),
    (LineState.MISSING_HERE.value, _("not in our books")),
    (LineState.MISSING_THERE.value, _("not in the report")),
    (LineState.OTHER_AMOUNT.value, _("another amount")),
    (LineState.EXPLAINED.value, _("explained")),
]
_DIFFERENT: Final = [LineState.MISSING_HERE.value, LineState.MISSING_THERE.value, LineState.OTHER_AMOUNT.value]

#: What our books say of a provider's payments and refunds, by its reference: taken is above zero, given back below.
_BOOKED: Final = """
SELECT entry.reference, posting.amount > 0, sum(posting.amount), min(entry.at), min(entry.order_number)
  FROM "ledger_posting" AS posting JOIN "ledger_entry" AS entry ON entry.id = posting.entry_id
 WHERE posting.account = 'clearing' AND posting.subject = %(provider)s AND entry.reference <> ''
   AND entry.kind IN ('taken', 'returned', 'return_undone')
   AND (entry.reference = ANY(%(references)s) OR entry.at >= %(begin)s AND entry.at < %(end)s)
 GROUP BY entry.reference, posting.amount > 0
"""


class SettlementLineQuerySet(models.QuerySet["SettlementLine"]):
    def booked(
        self, provider: str, references: Iterable[str], begin: datetime, end: datetime
    ) -> dict[tuple[str, str], tuple[int, datetime, str]]:
        """Amount, moment and order of each payment and refund that is named or of that time, by kind and reference.

        A refund that was undone counts as nothing.
        """
        rows = statements.rows(
            DEFAULT_DB_ALIAS, _BOOKED, provider=provider, references=list(references), begin=begin, end=end
        )
        return _by_kind(rows)

    def of_provider(self, provider: str) -> Self:
        return self.filter(provider=provider)

    def known(self, references: Iterable[str]) -> dict[tuple[str, str], SettlementLine]:
        """Those that are there, by kind and reference; mine until the transaction ends."""
        found = self.filter(reference__in=list(references)).order_by("id").select_for_update()
        return {(line.kind, line.reference): line for line in found}

    def different(self) -> Self:
        """That somebody has to explain, the oldest first."""
        return self.filter(state__in=_DIFFERENT).order_by("day", "id")

    def locked(self, line_id: UUID) -> SettlementLine | None:
        """Mine until the transaction ends."""
        return self.filter(id=line_id).select_for_update().first()


class SettlementLine(models.Model):
    """One line of a provider's report, once per kind and reference; or what our books have and no report had."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    provider = models.CharField(_("provider"), max_length=32)
    kind = models.CharField(_("kind"), max_length=8, choices=LINE_KINDS)
    reference = models.CharField(_("provider's reference"), max_length=100)
    day = models.DateField(_("day"))
    #: What the report says; null where it says nothing.
    amount = models.BigIntegerField(_("amount"), null=True)
    fee = models.BigIntegerField(_("fee"), default=0)
    #: What our books say; null where they say nothing.
    booked = models.BigIntegerField(_("in our books"), null=True)
    order_number = models.CharField(_("order"), max_length=32, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=LINE_STATES)
    imported_at = models.DateTimeField(_("imported"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    explained_by = models.UUIDField(_("explained by"), null=True)
    explained_at = models.DateTimeField(_("explained at"), null=True)

    objects = SettlementLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("settlement line")
        verbose_name_plural = _("settlement with providers")
        ordering: ClassVar[list[str]] = ["-day", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "kind", "reference"], name="ledger_settlement_line_once"),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=0, fee__gte=0), name="ledger_settlement_not_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["day"], condition=Q(state__in=_DIFFERENT), name="ledger_settlement_open"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.reference}"

    @property
    def is_different(self) -> bool:
        return self.state in _DIFFERENT

    @property
    def more(self) -> Money:
        """By how much more the provider has for us than our books say; below zero: less."""
        difference = (self.amount or 0) - (self.booked or 0)
        return dong(difference if self.kind == LineKind.PAYMENT else -difference)


def _by_kind(rows: Iterable[tuple[Any, ...]]) -> dict[tuple[str, str], tuple[int, datetime, str]]:
    payments: dict[str, tuple[int, datetime, str]] = {}
    refunds: dict[str, tuple[int, datetime, str]] = {}
    references: dict[str, list[tuple[Any, ...]]] = {}
    for row in rows:
        references.setdefault(row[0], []).append(row)
    for reference, found in references.items():
        amount = sum(int(row[2]) for row in found)
        first = min(found, key=lambda row: row[3])
        (refunds if any(not row[1] for row in found) else payments)[reference] = (abs(amount), first[3], first[4])
    return {
        **{(LineKind.PAYMENT.value, key): value for key, value in payments.items()},
        **{(LineKind.REFUND.value, key): value for key, value in refunds.items() if value[0]},
    }
