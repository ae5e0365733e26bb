"""Edited orders that wait for more money. The order itself stays as it is until then."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Final, Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from pydantic import TypeAdapter

from grocery.kernel.money import dong
from grocery.ordering.contracts import RevisionState
from grocery.ordering.contracts.plans import Plan
from grocery.ordering.models.columns import key
from grocery.ordering.models.orders import ACTORS, Order, holder_of


class RevisionQuerySet(models.QuerySet["Revision"]):
    def waiting_for(self, order_id: UUID) -> Self:
        """The one of this order that still waits."""
        return self.filter(order_id=order_id, state=RevisionState.WAITING.value)

    def with_id(self, revision_id: UUID) -> Self:
        return self.filter(id=revision_id)

    def made_of(self, order_id: UUID) -> dict[datetime, datetime]:
        """When each change that waited and came about was made, by when it came about."""
        applied = self.filter(order_id=order_id, state=RevisionState.APPLIED.value)
        return {ended: made for ended, made in applied.values_list("ended_at", "made_at") if ended}


class Revision(models.Model):
    """An order as its customer wants it, worked out; its additional goods and place are held under its own id."""

    id = key()
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="revisions", verbose_name=_("order"))
    state = models.CharField(
        _("state"), max_length=10, choices=[(s.value, s.value) for s in RevisionState], default="waiting"
    )
    #: The `Plan`: nothing is worked out anew once it is paid for.
    plan = models.JSONField(_("plan"), null=True)
    #: How many changes the order had: after another one this revision no longer fits.
    changes = models.PositiveIntegerField(_("changes before"))
    total = models.BigIntegerField(_("total, ₫"))
    actor = models.CharField(_("by"), max_length=10, choices=ACTORS)
    actor_id = models.UUIDField(_("who"), null=True)
    note = models.CharField(_("remark"), max_length=1000, blank=True, default="", db_default="")
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

    def planned(self) -> Plan | None:
        """What it is to become; None for one from before plans were kept."""
        return _PLANS.validate_python(self.plan) if self.plan else None


_PLANS: Final = TypeAdapter(Plan)


def kept_plan(plan: Plan) -> Any:
    """A plan as the column `plan` keeps it."""
    return _PLANS.dump_python(plan, mode="json")
