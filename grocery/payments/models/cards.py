"""Whose cards a provider keeps. Of a card we know no more than how to tell it from another."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from grocery.kernel.ids import new_id


class CardHolderQuerySet(models.QuerySet["CardHolder"]):
    def of_payer(self, payer_id: UUID, provider: str) -> CardHolderQuerySet:
        return self.filter(payer_id=payer_id, provider=provider)

    def known_as(self, payer_id: UUID, provider: str) -> str:
        """The provider's name for that payer; "" where it has none."""
        return self.of_payer(payer_id, provider).values_list("reference", flat=True).first() or ""


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
