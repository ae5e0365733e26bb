"""Money that a customer's bank wants back."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from grocery.kernel.ids import new_id
from grocery.kernel.money import Money, dong
from grocery.payments.contracts.disputes import DisputeView
from grocery.payments.policies.disputes import BLOCKING, TO_ANSWER, DisputeState

DISPUTE_STATES = [
    (DisputeState.INQUIRY, _("the bank asks")),
    (DisputeState.INQUIRY_REVIEW, _("answered, the bank looks at it")),
    (DisputeState.NEEDS_RESPONSE, _("evidence needed")),
    (DisputeState.UNDER_REVIEW, _("evidence sent, the bank decides")),
    (DisputeState.WON, _("won")),
    (DisputeState.LOST, _("lost")),
    (DisputeState.CLOSED, _("closed, nothing was taken")),
]


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def of_order(self, order_id: UUID) -> DisputeQuerySet:
        return self.filter(payment__order_id=order_id).order_by("id")

    def of_store(self, store_id: UUID | None) -> DisputeQuerySet:
        """One store's; None: all stores'."""
        return self if store_id is None else self.filter(payment__store_id=store_id)

    def to_answer(self) -> DisputeQuerySet:
        """That a person has to answer, the first to end first."""
        return self.filter(state__in=TO_ANSWER).order_by(F("answer_by").asc(nulls_last=True), "id")

    def blocking(self) -> DisputeQuerySet:
        """Beside which nothing is given back."""
        return self.filter(state__in=BLOCKING)

    def in_the_way(self) -> DisputeQuerySet:
        """While the bank decides, and after it has decided for its customer."""
        return self.filter(state__in=BLOCKING | {DisputeState.LOST})

    def lost(self) -> Money:
        """What banks have kept of these."""
        return dong(self.aggregate(sum=Sum("lost"))["sum"] or 0)

    def given_to_customers(self) -> Money:
        """What customers have from their banks of these, whether or not we have heard that it left our balance."""
        return dong(self.filter(state=DisputeState.LOST).aggregate(sum=Sum("amount"))["sum"] or 0)

    def known_as(self, provider: str, reference: str) -> Dispute | None:
        return self.filter(payment__provider=provider, reference=reference).first()


class Dispute(models.Model):
    """One dispute about a payment, as its provider tells of it. Amounts in đồng."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payment = models.ForeignKey(
        "payments.Payment", on_delete=models.PROTECT, related_name="disputes", verbose_name=_("payment")
    )
    reference = models.CharField(_("provider's reference"), max_length=100, unique=True)
    state = models.CharField(_("state"), max_length=16, choices=DISPUTE_STATES)
    reason = models.CharField(_("reason"), max_length=64, blank=True)
    amount = models.BigIntegerField(_("amount"))
    withdrawn = models.BigIntegerField(_("taken by the bank"), default=0)
    reinstated = models.BigIntegerField(_("given again"), default=0)
    fee = models.BigIntegerField(_("fee"), default=0)
    #: Of what the bank took, what the books were told is lost.
    lost = models.BigIntegerField(_("lost"), default=0)
    opened_at = models.DateTimeField(_("since"))
    answer_by = models.DateTimeField(_("answer by"), null=True)
    decided_at = models.DateTimeField(_("decided"), null=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0, withdrawn__gte=0, fee__gte=0, reinstated__gte=0)
                & Q(reinstated__lte=F("withdrawn")),
                name="payments_dispute_gives_again_what_it_took",
            ),
        ]
        indexes = [
            models.Index(fields=["answer_by"], condition=Q(state__in=sorted(TO_ANSWER)), name="payments_to_answer")
        ]

    def __str__(self) -> str:
        return f"{self.payment.order_number} · {self.total}"

    @property
    def total(self) -> Money:
        return dong(self.amount)

    def view(self) -> DisputeView:
        """As others see it."""
        state = DisputeState(self.state)
        return DisputeView(
            id=self.id,
            reference=self.reference,
            amount=self.total,
            state=state.value,
            reason=self.reason,
            answer_by=self.answer_by if state in TO_ANSWER else None,
        )
