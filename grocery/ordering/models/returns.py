"""Goods that customers give back: what, why, what was decided, what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID

from django.db import connection, models
from django.db.models import Exists, F, OuterRef, Q, Sum
from django.utils.translation import gettext_lazy as _

from grocery.kernel.money import Money, dong
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering.contracts.refunds import RefundStep, WhyEyes
from grocery.ordering.contracts.returns import GoodsFate, ReturnKind, ReturnReason, ReturnState
from grocery.ordering.models.columns import amount_of, key
from grocery.ordering.models.orders import ACTORS, Order
from grocery.ordering.policies.returns import GivenBack

RETURN_KINDS = [
    (ReturnKind.DOOR.value, _("refused at the door")),
    (ReturnKind.AFTER.value, _("returned")),
    (ReturnKind.UNDELIVERED.value, _("not delivered")),
    (ReturnKind.REFUND.value, _("refunded")),
]
RETURN_STATES = [
    (ReturnState.REQUESTED.value, _("to be decided")),
    (ReturnState.WAITING.value, _("waits for a second person")),
    (ReturnState.DECIDED.value, _("decided")),
    (ReturnState.SETTLED.value, _("settled")),
    (ReturnState.REFUSED.value, _("refused")),
    (ReturnState.WITHDRAWN.value, _("withdrawn")),
]
RETURN_REASONS = [
    (ReturnReason.NOT_AS_ORDERED.value, _("not as ordered")),
    (ReturnReason.DAMAGED.value, _("damaged or spoilt")),
    (ReturnReason.SHORT_DATED.value, _("too short-dated")),
    (ReturnReason.WRONG_SUBSTITUTE.value, _("substitute not wanted")),
    (ReturnReason.MISSING.value, _("was not in the box")),
    (ReturnReason.CHANGED_MIND.value, _("changed their mind")),
    (ReturnReason.OTHER.value, _("another reason")),
]
FATES = [
    (GoodsFate.COMING.value, _("coming back")),
    (GoodsFate.SHELF.value, _("on the shelf again")),
    (GoodsFate.WASTE.value, _("thrown away")),
    (GoodsFate.KEPT.value, _("customer keeps it")),
]
WHY_EYES = [
    (WhyEyes.AMOUNT.value, _("much at once")),
    (WhyEyes.STAFF.value, _("much by one person today")),
    (WhyEyes.STORE.value, _("much in the store today")),
]
REFUND_STEPS = [
    (RefundStep.ASKED.value, _("entered")),
    (RefundStep.APPROVED.value, _("approved")),
    (RefundStep.REFUSED.value, _("not approved")),
    (RefundStep.WITHDRAWN.value, _("withdrawn")),
    (RefundStep.UNDONE.value, _("undone")),
    (RefundStep.SETTLED.value, _("sent on its way")),
]
_ACCEPTED = [ReturnState.WAITING.value, ReturnState.DECIDED.value, ReturnState.SETTLED.value]
_COUNTING = [ReturnState.REQUESTED.value, *_ACCEPTED]
#: What people decide; what is refused at the door or not delivered comes back with its goods.
_BY_STAFF = [ReturnKind.AFTER.value, ReturnKind.REFUND.value]
#: One after the other give back in a store, and in one person's name.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 11))"


class OrderReturnQuerySet(models.QuerySet["OrderReturn"]):
    def of_order(self, order_id: UUID) -> Self:
        """Oldest first, with their lines."""
        return self.filter(order_id=order_id).order_by("id").whole()

    def of_store(self, store_id: UUID | None) -> Self:
        """One store's; None: all stores'."""
        return self if store_id is None else self.filter(order__store_id=store_id)

    def whole(self) -> Self:
        return self.select_related("order").prefetch_related("lines__line")

    def with_id(self, return_id: UUID) -> Self:
        return self.filter(id=return_id)

    def order_of(self, return_id: UUID) -> UUID | None:
        """The order that it is of."""
        return self.with_id(return_id).values_list("order_id", flat=True).first()

    def requested(self) -> Self:
        """That wait for a decision, the oldest first."""
        return self.filter(state=ReturnState.REQUESTED.value).order_by("asked_at", "id")

    def waiting(self) -> Self:
        """That need a second person, the oldest first."""
        return self.filter(state=ReturnState.WAITING.value).order_by("decided_at", "id")

    def lock_sums(self, store_id: UUID, by: UUID) -> None:
        """Nobody else decides in this store or in that name until the transaction ends."""
        with connection.cursor() as cursor:
            for name in (f"refunds of store {store_id}", f"refunds by {by}"):
                cursor.execute(_LOCK, [name])

    def given_since(self, start: datetime) -> Self:
        """What staff have decided to give back since then, whatever became of its money."""
        return self.filter(kind__in=_BY_STAFF, state__in=_ACCEPTED, decided_at__gte=start)

    def decided_by_person(self, by: UUID) -> Self:
        return self.filter(decided_by=by)

    def fees_back(self) -> Money:
        """What of delivery fees these give back."""
        return dong(self.filter(state__in=_ACCEPTED).aggregate(sum=Sum("fee_back"))["sum"] or 0)

    def total(self) -> Money:
        return dong(self.aggregate(sum=Sum("amount"))["sum"] or 0)

    def decided(self) -> Self:
        """Decided, and the money not yet on its way."""
        return self.filter(state=ReturnState.DECIDED.value).order_by("settle_at", "id")

    def due(self, now: datetime) -> list[tuple[UUID, UUID]]:
        """Those whose decision can no longer be undone: order and return."""
        return list(self.decided().filter(settle_at__lte=now).values_list("order_id", "id"))

    def settled(self) -> Self:
        """Those that can no longer be undone."""
        return self.filter(state=ReturnState.SETTLED.value)

    def newer_than(self, return_id: UUID) -> Self:
        return self.filter(id__gt=return_id)

    def coming(self) -> Self:
        """Whose goods are on their way to the store, the oldest first."""
        lines = OrderReturnLine.objects.coming().filter(of_return=OuterRef("pk"))
        return self.filter(Exists(lines), state__in=_ACCEPTED).order_by("asked_at", "id")


class OrderReturn(models.Model):
    """What is given back of one order at once. Amounts in đồng."""

    id = key()
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="returns", verbose_name=_("order"))
    kind = models.CharField(_("kind"), max_length=12, choices=RETURN_KINDS)
    state = models.CharField(_("state"), max_length=12, choices=RETURN_STATES)
    asked_at = models.DateTimeField(_("asked for"))
    actor = models.CharField(_("by"), max_length=10, choices=ACTORS)
    actor_id = models.UUIDField(_("who"), null=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.UUIDField(_("decided by"), null=True)
    #: When the money goes out; until then the decision can be undone.
    settle_at = models.DateTimeField(_("money goes out"), null=True)
    settled_at = models.DateTimeField(_("settled"), null=True)
    fee_back = models.BigIntegerField(_("delivery fee given back, ₫"), default=0)
    amount = models.BigIntegerField(_("given back, ₫"), default=0)
    to_credit = models.BooleanField(_("as store credit"), default=False, db_default=False)
    #: Why a second person has to agree, and who did.
    why_eyes = models.CharField(_("needs a second person"), max_length=8, choices=WHY_EYES, blank=True, db_default="")
    approved_by = models.UUIDField(_("approved by"), null=True)
    approved_at = models.DateTimeField(_("approved"), null=True)

    objects = OrderReturnQuerySet.as_manager()

    class Meta:
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        ordering: ClassVar[list[str]] = ["-id"]
        indexes = [
            models.Index(fields=["state", "settle_at"], name="order_return_queue"),
            models.Index(fields=["decided_at"], name="order_returns_decided"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(fee_back__gte=0, amount__gte=F("fee_back")), name="order_return_amounts_not_negative"
            ),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(state=ReturnState.REQUESTED.value),
                name="one_return_to_decide",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("decided_by")), name="order_return_seen_by_two"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} · {self.get_kind_display()}"


class OrderReturnLineQuerySet(models.QuerySet["OrderReturnLine"]):
    def coming(self) -> Self:
        """That were accepted and are on their way to the store."""
        return self.filter(accepted=True, fate=GoodsFate.COMING.value)

    def given_back(self, order_id: UUID) -> dict[int, GivenBack]:
        """What of each line of an order was given back or is asked to be, by line."""
        standing = self.filter(of_return__order_id=order_id, of_return__state__in=_COUNTING).exclude(accepted=False)
        done = Q(of_return__state__in=_ACCEPTED)
        rows = standing.values("line_id").annotate(
            asked=Sum("quantity"), back=Sum("quantity", filter=done), money=Sum("amount", filter=done)
        )
        return {
            row["line_id"]: GivenBack(Quantity(row["back"] or ZERO), dong(row["money"] or 0), Quantity(row["asked"]))
            for row in rows
        }

    def decide(self, lines: Iterable[OrderReturnLine]) -> None:
        """Write the decisions down, in one statement."""
        self.bulk_update(list(lines), ["accepted", "answer", "fate", "amount", "goods_id"])


class OrderReturnLine(models.Model):
    """So much of one line that is given back."""

    of_return = models.ForeignKey(
        OrderReturn, on_delete=models.CASCADE, related_name="lines", verbose_name=_("return")
    )
    line = models.ForeignKey("ordering.OrderLine", on_delete=models.CASCADE, related_name="+", verbose_name=_("line"))
    quantity = amount_of(_("quantity"))
    reason = models.CharField(_("reason"), max_length=20, choices=RETURN_REASONS)
    note = models.CharField(_("remark"), max_length=1000, blank=True)
    accepted = models.BooleanField(_("accepted"), null=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True)
    amount = models.BigIntegerField(_("amount, ₫"), default=0)
    fate = models.CharField(_("goods"), max_length=8, choices=FATES, default=GoodsFate.COMING.value)
    #: What this is called in the books of stock; null: nothing was moved.
    goods_id = models.UUIDField(_("goods return"), null=True)

    objects = OrderReturnLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("returned line")
        verbose_name_plural = _("returned lines")
        ordering: ClassVar[list[str]] = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["of_return", "line"], name="line_once_per_return"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0) | Q(quantity=0, amount__gt=0), name="returned_line_of_goods_or_money"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="returned_line_amount_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line.sku}"


class OrderReturnStepQuerySet(models.QuerySet["OrderReturnStep"]):
    def of_return(self, return_id: UUID) -> Self:
        """Oldest first."""
        return self.filter(of_return_id=return_id).order_by("id")


class OrderReturnStep(models.Model):
    """What somebody did about money that goes back: who, when, how much, why. Written once."""

    id = key()
    of_return = models.ForeignKey(
        OrderReturn, on_delete=models.CASCADE, related_name="steps", verbose_name=_("return")
    )
    what = models.CharField(_("step"), max_length=12, choices=REFUND_STEPS)
    at = models.DateTimeField(_("at"))
    by = models.UUIDField(_("who"), null=True)
    amount = models.BigIntegerField(_("amount, ₫"))
    why = models.CharField(_("needs a second person"), max_length=8, choices=WHY_EYES, blank=True)
    note = models.CharField(_("remark"), max_length=500, blank=True)

    objects = OrderReturnStepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of a refund")
        verbose_name_plural = _("steps of refunds")
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        return f"{self.at:%d/%m %H:%M} {self.what}"
