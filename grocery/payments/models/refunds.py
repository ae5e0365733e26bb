"""Money that goes back to a customer: once asked for it is owed until it has arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from grocery.kernel import statements
from grocery.kernel.errors import NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.money import Money, dong
from grocery.payments.contracts import Method, RefundState, RefundView
from grocery.payments.policies import days_until_seen, state_of_refund
from grocery.payments.policies.disputes import HELD

if TYPE_CHECKING:
    from grocery.payments.models.provider import ProviderCall

REFUND_STATES = [
    (RefundState.REQUESTED, _("to be asked for")),
    (RefundState.PENDING, _("on its way")),
    (RefundState.SUCCEEDED, _("given back")),
    (RefundState.OWED, _("owed to the customer")),
]


class RefundQuerySet(models.QuerySet["Refund"]):
    def of_order(self, order_id: UUID) -> RefundQuerySet:
        """Oldest first, with their parts."""
        return self.filter(order_id=order_id).prefetch_related("parts__payment").order_by("id")

    def waiting(self) -> RefundQuerySet:
        """That wait until what was asked for has been taken."""
        return self.filter(waiting__gt=0)

    def with_key(self, order_id: UUID, key: str) -> Refund | None:
        """The one that was asked for under that key."""
        return self.of_order(order_id).filter(key=key).first()


class Refund(models.Model):
    """A customer's money, wanted back for a reason; each key once per order. Amounts in đồng."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order_id = models.UUIDField(_("order id"))
    key = models.CharField(_("key"), max_length=100)
    amount = models.BigIntegerField(_("amount"))
    #: Of it: what is to go back once it is ours, and what never was.
    waiting = models.BigIntegerField(_("waits for the capture"), default=0, db_default=0)
    lapsed = models.BigIntegerField(_("was never taken"), default=0, db_default=0)
    reason = models.CharField(_("reason"), max_length=64)
    requested_at = models.DateTimeField(_("asked for at"))
    requested_by = models.UUIDField(_("asked for by"), null=True)
    #: It goes to the customer's store credit, however it was paid.
    to_credit = models.BooleanField(_("to store credit"), default=False, db_default=False)

    objects = RefundQuerySet.as_manager()

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [
            models.UniqueConstraint(fields=["order_id", "key"], name="payments_each_refund_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_refund_of_something"),
            models.CheckConstraint(
                condition=Q(waiting__gte=0, lapsed__gte=0, amount__gte=F("waiting") + F("lapsed")),
                name="payments_refund_waits_at_most_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} · {self.total}"

    @property
    def total(self) -> Money:
        return dong(self.amount)

    def state(self) -> RefundState:
        """That of its parts together, and of what waits."""
        waiting = [RefundState.REQUESTED] if self.waiting else []
        return state_of_refund([*(RefundState(part.state) for part in self.parts.all()), *waiting])

    def view(self) -> RefundView:
        """As others see it."""
        parts = list(self.parts.all())
        return RefundView(
            id=self.id,
            order_id=self.order_id,
            key=self.key,
            amount=dong(self.amount - self.lapsed),
            reason=self.reason,
            state=self.state(),
            in_cash=any(part.payment.method == Method.CASH_ON_DELIVERY and not part.to_credit for part in parts),
            requested_at=self.requested_at,
            settled_at=max((part.settled_at for part in parts if part.settled_at), default=None),
            to_credit=self._to_credit(parts),
            failed=any(part.state == RefundState.OWED and part.failure_code for part in parts),
            days=self._days(parts),
        )

    def _days(self, parts: list[RefundPart]) -> tuple[int, int] | None:
        """What is handed over in cash comes when somebody meets the customer."""
        open_ = [part for part in parts if part.state != RefundState.SUCCEEDED and not part.to_credit]
        if not open_ or any(part.payment.method == Method.CASH_ON_DELIVERY for part in open_):
            return None
        return days_until_seen(["" if part.state == RefundState.OWED else part.payment.provider for part in open_])

    def all_given(self) -> bool:
        """Has the customer all of this? While it waits, or is being spread, not all of it is in parts."""
        given = self.parts.filter(state=RefundState.SUCCEEDED).aggregate(given=Sum("amount"))["given"] or 0
        return bool(given == self.amount - self.lapsed)

    def _to_credit(self, parts: list[RefundPart]) -> Money:
        waiting = self.waiting if self.to_credit else 0
        return dong(waiting + sum(part.amount for part in parts if part.to_credit))


_WITH_REFUNDS: Final = (
    "SELECT {}, {} FROM payments_refundpart part JOIN payments_refund refund ON refund.id = refund_id "
)
_ASKED_BY: Final = "WHERE part.id = %s"
_KNOWN_AS: Final = "WHERE payment_id = %s AND reference = %s ORDER BY part.id"
_TO_LOOK_AT: Final = (
    "WHERE payment_id = %s AND reference <> '' AND state <> 'owed' AND handed_back_by IS NULL AND NOT by_bank"
)


class RefundPartQuerySet(models.QuerySet["RefundPart"]):
    def owed(self) -> RefundPartQuerySet:
        """That a person has to see to, those who wait longest first."""
        return self.filter(state=RefundState.OWED).order_by("refund__requested_at", "id")

    def of_store(self, store_id: UUID | None) -> RefundPartQuerySet:
        """What that store owes, or owed; None: all stores."""
        return self if store_id is None else self.filter(payment__store_id=store_id)

    def given_by_bank(self) -> RefundPartQuerySet:
        """That a lost dispute has given back."""
        return self.filter(by_bank=True)

    def with_refunds(self) -> RefundPartQuerySet:
        """With what they are parts of."""
        return self.select_related("refund")

    def total(self) -> Money:
        """All of these together."""
        return dong(self.aggregate(total=Sum("amount"))["total"] or 0)

    def to_look_at_of(self, payment_id: UUID) -> list[RefundPart]:
        """Those of that payment of which the provider may have news, with what they are parts of."""
        return self._with_refunds(_TO_LOOK_AT, [payment_id])

    def known_as(self, payment_id: UUID, reference: str) -> RefundPart | None:
        """The one of that payment with that name at the provider."""
        return next(iter(self._with_refunds(_KNOWN_AS, [payment_id, reference])), None)

    def asked_by(self, call: ProviderCall) -> RefundPart:
        """What that call gives back."""
        [part] = self._with_refunds(_ASKED_BY, [call.part_id])
        return part

    def _with_refunds(self, which: str, values: list[object]) -> list[RefundPart]:
        part, refund = statements.columns(RefundPart, "part"), statements.columns(Refund, "refund")
        rows = statements.rows(self.db, _WITH_REFUNDS.format(part, refund) + which, values)
        parts = [statements.load(RefundPart, row) for row in rows]
        for one, row in zip(parts, rows, strict=True):
            one.refund = statements.load(Refund, row[-len(Refund._meta.concrete_fields) :])
        return parts

    def payment_of(self, part_id: UUID) -> UUID:
        """The payment that it gives back of. Raises NotFound."""
        found = self.filter(id=part_id).values_list("payment_id", flat=True).first()
        if found is None:
            raise NotFound("refund", part_id)
        return found


class RefundPart(models.Model):
    """What a refund gives back of one payment."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="parts", verbose_name=_("refund"))
    payment = models.ForeignKey(
        "payments.Payment", on_delete=models.PROTECT, related_name="refund_parts", verbose_name=_("payment")
    )
    amount = models.BigIntegerField(_("amount"))
    state = models.CharField(_("state"), max_length=16, choices=REFUND_STATES, default=RefundState.REQUESTED)
    reference = models.CharField(_("provider's reference"), max_length=100, blank=True)
    failure_code = models.CharField(_("failure"), max_length=64, blank=True)
    settled_at = models.DateTimeField(_("given back at"), null=True)
    #: The customer has it as store credit.
    to_credit = models.BooleanField(_("to store credit"), default=False, db_default=False)
    #: Who gave it back where no provider did.
    handed_back_by = models.UUIDField(_("handed back by"), null=True)
    #: The customer has it from their bank, which has kept a dispute.
    by_bank = models.BooleanField(_("given back by their bank"), default=False, db_default=False)
    #: What it was one with until their bank gave a part of that.
    split_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("split off")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = RefundPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("money to give back")
        verbose_name_plural = _("money to give back")
        constraints = [
            models.UniqueConstraint(
                fields=["refund", "payment"], condition=Q(split_from=None), name="payments_one_part_per_payment"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_refund_part_of_something"),
        ]
        indexes = [models.Index(fields=["refund"], condition=Q(state=RefundState.OWED), name="payments_owed")]

    def __str__(self) -> str:
        return f"{self.payment.order_number} · {self.total}"

    def split_off(self, amount: int) -> RefundPart:
        """So much of what is owed, as a part of its own."""
        self.amount, self.reference = self.amount - amount, ""
        self.save(update_fields=["amount", "reference"])
        split = RefundPart(refund=self.refund, payment=self.payment, amount=amount, state=self.state, split_from=self)
        split.save()
        return split

    def is_held(self) -> bool:
        """Nobody is asked for it until a dispute ends; then it goes on, or falls away."""
        return self.state == RefundState.OWED and self.failure_code == HELD

    @property
    def total(self) -> Money:
        return dong(self.amount)
