"""What was put in place of what ran out, and what customers were asked about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grocery.ordering.contracts import SubstitutionDefault, SubstitutionReason, SubstitutionState
from grocery.ordering.models.columns import amount_of, key, weight_of_piece
from grocery.ordering.models.orders import ACTORS, Order

_REASONS = [
    (SubstitutionReason.CHECKOUT.value, _("at checkout")),
    (SubstitutionReason.PICKING.value, _("while picking")),
]
_STATES = [
    (SubstitutionState.ASKED.value, _("waiting for an answer")),
    (SubstitutionState.CHOSEN.value, _("replaced, as chosen beforehand")),
    (SubstitutionState.ACCEPTED.value, _("accepted")),
    (SubstitutionState.REJECTED.value, _("rejected")),
    (SubstitutionState.BY_DEFAULT.value, _("no answer, done as announced")),
    (SubstitutionState.WITHDRAWN.value, _("withdrawn")),
]
_DEFAULTS = [
    (SubstitutionDefault.REPLACE.value, _("replace")),
    (SubstitutionDefault.LEAVE_OUT.value, _("leave out")),
]
_ASKED = Q(state=SubstitutionState.ASKED.value)


class SubstitutionQuerySet(models.QuerySet["Substitution"]):
    def with_id(self, substitution_id: UUID) -> Self:
        return self.filter(id=substitution_id)

    def of_order(self, order_id: UUID) -> Self:
        return self.filter(order_id=order_id).order_by("asked_at", "id")

    def of_orders(self, orders: Iterable[UUID]) -> Self:
        return self.filter(order_id__in=list(orders)).order_by("asked_at", "id")

    def open(self) -> Self:
        """Those that wait for an answer."""
        return self.filter(_ASKED)

    def about(self, sku: str) -> Self:
        return self.filter(sku=sku)

    def asked_about(self, sku: str) -> Self:
        """Those of a line that the customer was asked, settled or not."""
        return self.filter(sku=sku, answer_by__isnull=False)

    def overdue(self, now: datetime) -> Self:
        """Those that nobody answered in time, oldest first."""
        return self.filter(_ASKED, answer_by__lte=now).order_by("answer_by")

    def ids(self, most: int) -> list[UUID]:
        return list(self.values_list("id", flat=True)[:most])

    def order_id(self) -> UUID | None:
        """Whose question it is; None where there is none."""
        return self.values_list("order_id", flat=True).first()

    def of_store(self, store_id: UUID | None) -> Self:
        """One store's; None: all stores'."""
        return self if store_id is None else self.filter(order__store_id=store_id)

    def next_due(self) -> Self:
        """The one whose time ends next first."""
        return self.order_by("answer_by", "id")

    def with_order(self) -> Self:
        return self.select_related("order")

    def settle(self, rows: Sequence[Substitution], state: SubstitutionState, *, at: datetime, actor: str) -> None:
        """Let these questions, of a locked order, end in `state`."""
        for row in rows:
            row.state, row.answered_at, row.answered_by = state.value, at, actor
        asked = self.filter(_ASKED, id__in=[row.id for row in rows])
        asked.update(state=state.value, answered_at=at, answered_by=actor)

    def exchange(self, row: Substitution, **columns: object) -> None:
        """Let an open question of a locked order propose something else."""
        for name, value in columns.items():
            setattr(row, name, value)
        self.filter(_ASKED, id=row.id).update(**columns)

    def let_default(self, row: Substitution, default: SubstitutionDefault) -> None:
        """Let what is done without an answer be something else."""
        row.state, row.default = SubstitutionState.ASKED.value, default.value
        self.filter(id=row.id).update(default=default.value)


class Substitution(models.Model):
    """So much of one line of an order, and a copy of what stands in for it, or would."""

    id = key()
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="substitutions", verbose_name=_("order"))
    sku = models.CharField(_("SKU"), max_length=64)
    name_en = models.CharField(_("name in English"), max_length=300)
    name_vi = models.CharField(_("name in Vietnamese"), max_length=300)
    unit = models.CharField(_("unit"), max_length=8)
    quantity = amount_of(_("quantity"))
    piece_weight = weight_of_piece()
    agreed_price = models.BigIntegerField(_("agreed price per unit, ₫"))
    image = models.CharField(_("picture"), max_length=300, blank=True)
    tint = models.CharField(_("tint"), max_length=16, blank=True)
    # what stands in
    with_sku = models.CharField(_("substitute"), max_length=64)
    with_name_en = models.CharField(_("substitute in English"), max_length=300)
    with_name_vi = models.CharField(_("substitute in Vietnamese"), max_length=300)
    with_quantity = amount_of(_("quantity of the substitute"))
    with_step = amount_of(_("sold in steps of"))
    with_piece_weight = weight_of_piece()
    with_list_price = models.BigIntegerField(_("the substitute's own price, ₫"))
    with_price = models.BigIntegerField(_("price per unit, ₫"), help_text=_("the lower of the two"))
    with_vat_rate = models.DecimalField(_("VAT, %"), max_digits=5, decimal_places=2)
    with_min_freshness_days = models.PositiveSmallIntegerField(_("fresh for days"), default=0)
    with_image = models.CharField(_("picture"), max_length=300, blank=True)
    with_tint = models.CharField(_("tint"), max_length=16, blank=True)
    # what became of it
    reason = models.CharField(_("found missing"), max_length=10, choices=_REASONS)
    state = models.CharField(_("state"), max_length=12, choices=_STATES)
    default = models.CharField(_("without an answer"), max_length=10, choices=_DEFAULTS)
    asked_at = models.DateTimeField(_("asked"))
    answer_by = models.DateTimeField(_("to be answered by"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.CharField(_("by"), max_length=10, choices=ACTORS, blank=True)

    objects = SubstitutionQuerySet.as_manager()

    class Meta:
        verbose_name = _("substitution")
        verbose_name_plural = _("substitutions")
        ordering: ClassVar[list[str]] = ["asked_at", "id"]
        indexes = [models.Index(fields=["answer_by"], condition=_ASKED, name="substitution_overdue")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in SubstitutionState]), name="substitution_state_known"
            ),
            models.UniqueConstraint(fields=["order", "sku"], condition=_ASKED, name="one_open_question_per_line"),
            models.CheckConstraint(
                condition=~_ASKED | Q(answer_by__isnull=False, answered_at=None), name="question_has_a_limit"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, with_quantity__gt=0, with_quantity__lte=F("quantity")),
                name="substitute_never_more",
            ),
            models.CheckConstraint(
                condition=Q(with_price__gte=0, with_price__lte=F("agreed_price"))
                & Q(with_price__lte=F("with_list_price")),
                name="substitute_at_the_lower_price",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku} → {self.with_sku}"
