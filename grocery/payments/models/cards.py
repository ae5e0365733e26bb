"""Whose cards a provider keeps. Of a card we know no more than how to tell it from another."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from grocery.kernel import statements
from grocery.kernel.ids import new_id
from grocery.payments.contracts.cards import SavedCard

_WITH_CARDS: Final = """
    SELECT reference FROM payments_cardholder holder WHERE payer_id = %s AND provider = %s AND EXISTS (
        SELECT FROM payments_keptcard card WHERE card.payer_id = holder.payer_id AND removal_asked_at IS NULL
    )
"""


class CardHolderQuerySet(models.QuerySet["CardHolder"]):
    def of_payer(self, payer_id: UUID, provider: str) -> CardHolderQuerySet:
        return self.filter(payer_id=payer_id, provider=provider)

    def known_as(self, payer_id: UUID, provider: str) -> str:
        """The provider's name for that payer; "" where it has none."""
        return self.of_payer(payer_id, provider).values_list("reference", flat=True).first() or ""

    def with_cards(self, payer_id: UUID, provider: str) -> str:
        """The same, of a payer who has kept cards, wherever those are."""
        found = statements.rows(self.db, _WITH_CARDS, [payer_id, provider])
        return str(found[0][0]) if found else ""


class CardHolder(models.Model):
    """A payer for whom a provider keeps cards; written down before it is asked for a name."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payer_id = models.UUIDField(_("payer"))
    provider = models.CharField(_("provider"), max_length=32)
    reference = models.CharField(_("provider's reference"), max_length=100, blank=True)
    opened_at = models.DateTimeField(_("opened"))

    objects = CardHolderQuerySet.as_manager()

    class Meta:
        verbose_name = _("card holder")
        verbose_name_plural = _("card holders")
        constraints = [
            models.UniqueConstraint(fields=["payer_id", "provider"], name="payments_one_holder_per_payer"),
        ]

    def __str__(self) -> str:
        return self.reference or str(self.id)


class KeptCardQuerySet(models.QuerySet["KeptCard"]):
    def of_payer(self, payer_id: UUID) -> KeptCardQuerySet:
        """Theirs, the latest first; not those that they had removed."""
        return self.filter(payer_id=payer_id, removal_asked_at=None).order_by("-id")

    def mine(self, card_id: UUID, payer_id: UUID) -> KeptCard | None:
        """That card of theirs, locked."""
        return self.of_payer(payer_id).filter(id=card_id).select_for_update().first()

    def to_forget(self, card_id: UUID) -> KeptCard | None:
        """One that was removed, and that its provider may still have."""
        return self.filter(id=card_id).exclude(removal_asked_at=None).first()


class KeptCard(models.Model):
    """A card that its owner wanted kept, to choose it again. Its number is with the provider alone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payer_id = models.UUIDField(_("payer"), db_index=True)
    provider = models.CharField(_("provider"), max_length=32)
    reference = models.CharField(_("provider's reference"), max_length=100)
    brand = models.CharField(_("brand"), max_length=20, blank=True)
    last4 = models.CharField(_("last four digits"), max_length=4)
    exp_month = models.PositiveSmallIntegerField(_("expires in month"))
    exp_year = models.PositiveSmallIntegerField(_("expires in year"))
    saved_at = models.DateTimeField(_("kept since"))
    removal_asked_at = models.DateTimeField(_("removal asked for"), null=True)

    objects = KeptCardQuerySet.as_manager()

    class Meta:
        verbose_name = _("kept card")
        verbose_name_plural = _("kept cards")
        constraints = [
            models.UniqueConstraint(fields=["provider", "reference"], name="payments_one_kept_card_per_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.brand} ···· {self.last4}"

    def view(self, *, now: datetime) -> SavedCard:
        """As its owner sees it."""
        return SavedCard(
            id=self.id,
            token=self.reference,
            brand=self.brand,
            last4=self.last4,
            exp_month=self.exp_month,
            exp_year=self.exp_year,
            expired=(self.exp_year, self.exp_month) < (now.year, now.month),
        )
