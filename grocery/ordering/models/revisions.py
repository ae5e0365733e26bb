"""Edited orders that wait for more money. The order itself stays as it is until then."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grocery.kernel.money import Money, dong
from grocery.kernel.quantity import Quantity, plain, quantity
from grocery.ordering.contracts import RevisionState
from grocery.ordering.models.columns import key
from grocery.ordering.models.orders import ACTORS, Order, holder_of


class RevisionQuerySet(models.QuerySet["Revision"]):
    def waiting_for(self, order_id: UUID) -> Self:
        """The one of this order that still waits."""
        return self.filter(order_id=order_id, state=RevisionState.WAITING.value)

    def with_id(self, revision_id: UUID) -> Self:
        return self.filter(id=revision_id)


class Revision(models.Model):
    """An order as its customer wants it, at these prices; its additional goods are held under its own id."""

    id = key()
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="revisions", verbose_name=_("order"))
    state = models.CharField(
        _("state"), max_length=10, choices=[(s.value, s.value) for s in RevisionState], default="waiting"
    )
    #: {sku: quantity} of every line as wanted, and {sku: đồng} of what is dearer or new: nothing is worked out anew.
    quantities = models.JSONField(_("quantities"))
    prices = models.JSONField(_("prices"))
    #: How many changes the order had: after another one this revision no longer fits.
    changes = models.PositiveIntegerField(_("changes before"))
    total = models.BigIntegerField(_("total, ₫"))
    actor = models.CharField(_("by"), max_length=10, choices=ACTORS)
    actor_id = models.UUIDField(_("who"), null=True)
    made_at = models.DateTimeField(_("made"))
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering: ClassVar[list[str]] = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(state=RevisionState.WAITING.value), name="one_revision_waits_per_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {dong(self.total)}"

    @property
    def holder(self) -> str:
        """As stock knows its additional goods."""
        return holder_of(self.id)

    def end(self, state: RevisionState, now: datetime) -> None:
        """Nothing more comes of it."""
        self.state, self.ended_at = state.value, now
        self.save(update_fields=["state", "ended_at"])

    def agreed_prices(self) -> dict[str, Money]:
        return {sku: dong(price) for sku, price in self.prices.items()}

    def wanted(self) -> dict[str, Quantity]:
        return {sku: quantity(amount) for sku, amount in self.quantities.items()}


def kept_as_text(quantities: dict[str, Quantity]) -> dict[str, str]:
    """Quantities as the column `quantities` keeps them: text, never floats."""
    return {sku: plain(amount) for sku, amount in quantities.items()}
