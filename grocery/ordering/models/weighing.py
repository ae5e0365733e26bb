"""What customers were asked about weights, and what they, or somebody for them, said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grocery.ordering.contracts.weighing import WeightState
from grocery.ordering.models.columns import amount_of, key
from grocery.ordering.models.orders import ACTORS, Order

_STATES = [
    (WeightState.ASKED.value, _("waiting for an answer")),
    (WeightState.ACCEPTED.value, _("accepted")),
    (WeightState.REFUSED.value, _("rejected")),
    (WeightState.BY_DEFAULT.value, _("no answer, done as announced")),
    (WeightState.WITHDRAWN.value, _("withdrawn")),
]
_ASKED = Q(state=WeightState.ASKED.value)
_TAKEN = Q(state__in=[WeightState.ACCEPTED.value, WeightState.BY_DEFAULT.value])


class WeightQuestionQuerySet(models.QuerySet["WeightQuestion"]):
    def with_id(self, question_id: UUID) -> Self:
        return self.filter(id=question_id)

    def of_order(self, order_id: UUID) -> Self:
        return self.filter(order_id=order_id).order_by("asked_at", "id")

    def of_orders(self, orders: Iterable[UUID]) -> Self:
        return self.filter(order_id__in=list(orders)).order_by("asked_at", "id")

    def of_store(self, store_id: UUID | None) -> Self:
        """One store's; None: all stores'."""
        return self if store_id is None else self.filter(order__store_id=store_id)

    def open(self) -> Self:
        """Those that wait for an answer."""
        return self.filter(_ASKED)

    def taken(self) -> Self:
        """Those whose weight is taken as it is."""
        return self.filter(_TAKEN)

    def about(self, sku: str | None) -> Self:
        """Those of one line; None: of any."""
        return self if sku is None else self.filter(sku=sku)

    def overdue(self, now: datetime) -> Self:
        """Those that nobody answered in time, oldest first."""
        return self.filter(_ASKED, answer_by__lte=now).order_by("answer_by")

    def next_due(self) -> Self:
        """The one whose time ends next first."""
        return self.order_by("answer_by", "id")

    def with_order(self) -> Self:
        """With their orders and the lines of these, in two statements."""
        return self.select_related("order").prefetch_related("order__lines")

    def skus(self) -> list[str]:
        return list(self.values_list("sku", flat=True))

    def ids(self, most: int) -> list[UUID]:
        return list(self.values_list("id", flat=True)[:most])

    def order_id(self) -> UUID | None:
        """Whose question it is; None where there is none."""
        return self.values_list("order_id", flat=True).first()

    def settle(
        self, state: WeightState, *, at: datetime, actor: str, actor_id: UUID | None = None, note: str = ""
    ) -> int:
        """Let those of these that are open, of locked orders, end in `state`; how many."""
        return self.filter(_ASKED).update(
            state=state.value, answered_at=at, answered_by=actor, answered_by_id=actor_id, note=note
        )


class WeightQuestion(models.Model):
    """So much of a line was ordered, so much is in the crate: may it go like this?"""

    id = key()
    order = models.ForeignKey(
        Order, on_delete=models.CASCADE, related_name="weight_questions", verbose_name=_("order")
    )
    sku = models.CharField(_("SKU"), max_length=64)
    ordered = amount_of(_("ordered"))
    weighed = amount_of(_("weighed"))
    agreed = models.BigIntegerField(_("was to cost, ₫"))
    amount = models.BigIntegerField(_("costs as weighed, ₫"))
    state = models.CharField(_("state"), max_length=12, choices=_STATES)
    asked_at = models.DateTimeField(_("asked"))
    answer_by = models.DateTimeField(_("to be answered by"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.CharField(_("by"), max_length=10, choices=ACTORS, blank=True)
    answered_by_id = models.UUIDField(_("who"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=1000, blank=True)

    objects = WeightQuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question about a weight")
        verbose_name_plural = _("questions about weights")
        ordering: ClassVar[list[str]] = ["asked_at", "id"]
        indexes = [models.Index(fields=["answer_by"], condition=_ASKED, name="weight_question_overdue")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in WeightState]), name="weight_question_state_known"
            ),
            models.UniqueConstraint(fields=["order", "sku"], condition=_ASKED, name="one_open_weight_per_line"),
            models.CheckConstraint(
                condition=(_ASKED & Q(answered_at=None)) | (~_ASKED & Q(answered_at__isnull=False)),
                name="weight_question_settled_once",
            ),
            models.CheckConstraint(
                condition=Q(ordered__gt=0, weighed__gt=0) & ~Q(weighed=F("ordered")), name="weight_question_differs"
            ),
            models.CheckConstraint(condition=Q(agreed__gte=0, amount__gte=0), name="weight_question_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.sku}: {self.ordered} → {self.weighed}"
