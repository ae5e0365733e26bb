"""Cash that was handed in: counted once, undone at most once."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grocery.kernel.errors import NotFound
from grocery.kernel.money import Money, dong
from grocery.payments.contracts.cash import CashDifference, Into

PLACES = [(Into.SAFE.value, _("into the safe, counted here")), (Into.BANK.value, _("to our bank account"))]
DIFFERENCES = [
    (CashDifference.NONE.value, _("as much as was collected")),
    (CashDifference.MISSING.value, _("missing, nobody knows why")),
    (CashDifference.WRONG_CHANGE.value, _("wrong change given")),
    (CashDifference.FALSE_NOTE.value, _("a false or unusable note")),
    (CashDifference.TOO_MUCH.value, _("more than was collected")),
    (CashDifference.FEE.value, _("a fee that the courier kept")),
    (CashDifference.OTHER.value, _("another reason")),
]


class CashHandInQuerySet(models.QuerySet["CashHandIn"]):
    def of_store(self, store_id: UUID | None) -> Self:
        """One store's; None: all stores'."""
        return self if store_id is None else self.filter(store_id=store_id)

    def with_id(self, hand_in_id: UUID) -> Self:
        return self.filter(id=hand_in_id)

    def lately(self) -> Self:
        """The newest first."""
        return self.order_by("-at", "-id")

    def locked(self, hand_in_id: UUID) -> CashHandIn:
        """Mine until the transaction ends. Raises NotFound."""
        found = self.select_for_update().filter(id=hand_in_id).first()
        if found is None:
            raise NotFound("hand-in", hand_in_id)
        return found


class CashHandIn(models.Model):
    """What a carrier gave to the store at once, who counted it, and by how much it differed. Amounts in đồng.

    `orders` is a copy of what it was for: `[[number, amount], …]`, as the carrier signed for it.
    """

    #: Made up by the page that asks, so that a form sent twice counts once.
    id = models.UUIDField(primary_key=True, editable=False)
    store_id = models.UUIDField(_("store"))
    #: The id of a person, or a courier's name.
    carrier = models.CharField(_("carrier"), max_length=64)
    expected = models.BigIntegerField(_("collected"))
    counted = models.BigIntegerField(_("counted"))
    into = models.CharField(_("where it went"), max_length=8, choices=PLACES, default=Into.SAFE.value)
    reason = models.CharField(_("why it differs"), max_length=16, choices=DIFFERENCES, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    orders = models.JSONField(_("orders"), default=list)
    at = models.DateTimeField(_("handed in"))
    by = models.UUIDField(_("counted by"))
    undone_at = models.DateTimeField(_("undone"), null=True)
    undone_by = models.UUIDField(_("undone by"), null=True)
    undone_why = models.CharField(_("why undone"), max_length=200, blank=True)

    objects = CashHandInQuerySet.as_manager()

    class Meta:
        verbose_name = _("cash handed in")
        verbose_name_plural = _("cash handed in")
        ordering: ClassVar[list[str]] = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(expected__gt=0, counted__gte=0), name="payments_hand_in_of_something"),
            models.CheckConstraint(
                condition=Q(expected=F("counted")) | ~Q(reason=""), name="payments_hand_in_difference_explained"
            ),
        ]
        indexes = [models.Index(fields=["store_id", "-at"], name="payments_handed_in")]

    def __str__(self) -> str:
        return f"{self.at:%d/%m %H:%M} · {self.total}"

    @property
    def total(self) -> Money:
        return dong(self.counted)

    @property
    def collected(self) -> Money:
        return dong(self.expected)

    @property
    def difference(self) -> Money:
        """Above zero: there was more than was collected."""
        return dong(self.counted - self.expected)

    @property
    def parts(self) -> list[tuple[str, Money]]:
        """The orders that it was for, and what was collected for each."""
        return [(number, dong(amount)) for number, amount in self.orders]

    def is_undone(self) -> bool:
        return self.undone_at is not None

    def same_as(self, **asked: Any) -> bool:
        """Whether that is what was asked for when this was written."""
        return all(getattr(self, name) == wanted for name, wanted in asked.items())

    def undo(self, *, by: UUID, why: str, now: datetime) -> None:
        self.undone_at, self.undone_by, self.undone_why = now, by, why
        self.save(update_fields=["undone_at", "undone_by", "undone_why"])
