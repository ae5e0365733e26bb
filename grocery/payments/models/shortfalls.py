"""Money that was to be taken for packed goods and was not: once it is known, a person has to see to it."""

from __future__ import annotations

from datetime import datetime
from typing import cast
from uuid import UUID

from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from grocery.kernel.errors import NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.money import Money, dong
from grocery.payments.policies import ShortfallOutcome

OUTCOMES = [
    (ShortfallOutcome.OPEN, _("waits for somebody")),
    (ShortfallOutcome.RETRIED, _("tried again")),
    (ShortfallOutcome.COLLECTED, _("collected otherwise")),
    (ShortfallOutcome.WRITTEN_OFF, _("written off")),
    (ShortfallOutcome.NOT_OWED, _("the goods came back")),
]


class ShortfallQuerySet(models.QuerySet["Shortfall"]):
    def open(self) -> ShortfallQuerySet:
        """That a person has to see to, those who wait longest first."""
        return self.filter(outcome=ShortfallOutcome.OPEN).order_by("opened_at", "id")

    def of_store(self, store_id: UUID | None) -> ShortfallQuerySet:
        """One store's; None: all stores'."""
        return self if store_id is None else self.filter(payment__store_id=store_id)

    def of_order(self, order_id: UUID) -> ShortfallQuerySet:
        return self.filter(payment__order_id=order_id)

    def never_taken(self) -> ShortfallQuerySet:
        """Of which something is not ours, and will not be unless somebody sees to it; oldest first."""
        lost = [ShortfallOutcome.OPEN, ShortfallOutcome.WRITTEN_OFF]
        missing = self.filter(outcome__in=lost, waived__lt=F("amount"))
        return missing.select_related("payment").order_by("opened_at", "id")

    def missing(self) -> Money:
        """What of these was not taken, all together."""
        return dong(self.aggregate(missing=Sum(F("amount") - F("waived")))["missing"] or 0)

    def payment_of(self, shortfall_id: UUID) -> UUID:
        """The payment that it is of. Raises NotFound."""
        found = self.filter(id=shortfall_id).values_list("payment_id", flat=True).first()
        if found is None:
            raise NotFound("shortfall", shortfall_id)
        return found

    def settle(self, outcome: ShortfallOutcome, *, now: datetime, by: UUID | None, note: str = "") -> int:
        """Write down what became of these, by whom, how."""
        return self.update(outcome=outcome, settled_at=now, settled_by=by, note=note)


class Shortfall(models.Model):
    """A capture that the provider refused, or whose hold was gone. Amounts in đồng.

    `waived` is what would have been given back anyway, because the goods came back.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payment = models.ForeignKey(
        "payments.Payment", on_delete=models.PROTECT, related_name="shortfalls", verbose_name=_("payment")
    )
    amount = models.BigIntegerField(_("amount"))
    waived = models.BigIntegerField(_("not owed any more"), default=0, db_default=0)
    code = models.CharField(_("failure"), max_length=64, blank=True)
    opened_at = models.DateTimeField(_("since"))
    outcome = models.CharField(
        _("outcome"), max_length=16, choices=OUTCOMES, default=ShortfallOutcome.OPEN, blank=True
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    settled_by = models.UUIDField(_("settled by"), null=True)
    settled_at = models.DateTimeField(_("settled at"), null=True)

    objects = ShortfallQuerySet.as_manager()

    class Meta:
        verbose_name = _("money that was not charged")
        verbose_name_plural = _("money that was not charged")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_shortfall_of_something"),
            models.CheckConstraint(
                condition=Q(waived__gte=0, waived__lte=F("amount")), name="payments_waived_at_most_missing"
            ),
            models.UniqueConstraint(
                fields=["payment"],
                condition=Q(outcome=ShortfallOutcome.OPEN),
                name="payments_one_open_shortfall_per_payment",
            ),
        ]
        indexes = [
            models.Index(fields=["opened_at"], condition=Q(outcome=ShortfallOutcome.OPEN), name="payments_short")
        ]

    def __str__(self) -> str:
        return f"{self.payment.order_number} · {self.missing}"

    @property
    def missing(self) -> Money:
        """What of it is still not ours."""
        return dong(self.amount - self.waived)

    def is_open(self) -> bool:
        return self.outcome == ShortfallOutcome.OPEN

    def waive(self, amount: Money, *, now: datetime) -> None:
        """So much of it is not owed any more; all of it, and nobody has to see to it."""
        self.waived += amount.minor
        if self.is_open() and not self.missing:
            self.outcome, self.settled_at = cast("str", ShortfallOutcome.NOT_OWED), now
        self.save(update_fields=["waived", "outcome", "settled_at"])
