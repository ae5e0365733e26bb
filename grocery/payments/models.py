"""Payments, what we asked of providers, and what providers told us."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grocery.kernel.errors import NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.money import Money, dong
from grocery.payments.contracts import FINAL, Method, PaymentState, PaymentStep, PaymentView
from grocery.payments.policies import OPEN, CallState, Operation

METHODS = [(Method.CARD, _("card")), (Method.CASH_ON_DELIVERY, _("cash on delivery"))]
STATES = [
    (PaymentState.INTENDED, _("intended")),
    (PaymentState.PENDING, _("pending")),
    (PaymentState.AUTHORISED, _("authorised")),
    (PaymentState.CAPTURED, _("captured")),
    (PaymentState.CANCELLED, _("cancelled")),
    (PaymentState.FAILED, _("failed")),
]
OPERATIONS = [
    (Operation.AUTHORISE, _("authorise")),
    (Operation.CAPTURE, _("capture")),
    (Operation.CANCEL, _("cancel")),
]
CALL_STATES = [
    (CallState.INTENDED, _("intended")),
    (CallState.SENT, _("sent")),
    (CallState.DONE, _("done")),
    (CallState.REFUSED, _("refused")),
    (CallState.UNKNOWN, _("unknown")),
]


class PaymentQuerySet(models.QuerySet["Payment"]):
    def of_order(self, order_id: UUID) -> Payment:
        """The payment of that order. Raises NotFound."""
        try:
            return self.get(order_id=order_id)
        except self.model.DoesNotExist:
            raise NotFound("payment", order_id) from None

    def locked(self) -> PaymentQuerySet:
        """Mine until the transaction ends; refuses to run outside one."""
        return self.select_for_update()

    def that_the_provider_means(self, *, provider: str, reference: str, payment_id: UUID | None) -> PaymentQuerySet:
        """The payment with the provider's name for it or, before we learnt that, with our own that it repeats."""
        ours = Q(id=payment_id, reference="") if payment_id else Q(pk__in=[])
        return self.filter(Q(provider=provider, reference=reference) | Q(provider=provider) & ours)

    def claim_due(self, *, now: datetime, lease: timedelta, limit: int) -> list[Payment]:
        """Payments that are due for a look, nobody else's for the length of `lease`."""
        due = self.select_for_update(skip_locked=True).filter(look_at__lte=now).order_by("look_at")[:limit]
        claimed = list(due)
        self.filter(id__in=[payment.id for payment in claimed]).update(look_at=now + lease)
        return claimed


class Payment(models.Model):
    """One order's money. Amounts in đồng."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order_id = models.UUIDField(_("order id"), unique=True)
    order_number = models.CharField(_("order"), max_length=32)
    payer_id = models.UUIDField(_("payer"), db_index=True)
    store_id = models.UUIDField(_("store"))
    method = models.CharField(_("method"), max_length=32, choices=METHODS)
    provider = models.CharField(_("provider"), max_length=32, blank=True)
    reference = models.CharField(_("provider's reference"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=STATES, default=PaymentState.INTENDED)
    amount = models.BigIntegerField(_("amount"))
    #: What we have asked to be taken; null until then.
    to_capture = models.BigIntegerField(_("to capture"), null=True)
    captured = models.BigIntegerField(_("captured"), default=0)
    refunded = models.BigIntegerField(_("refunded"), default=0)
    failure_code = models.CharField(_("failure"), max_length=64, blank=True)
    failed_attempt = models.CharField(_("failed attempt"), max_length=100, blank=True)
    capture_before = models.DateTimeField(_("capture before"), null=True)
    opened_at = models.DateTimeField(_("opened"))
    authorised_at = models.DateTimeField(_("authorised at"), null=True)
    captured_at = models.DateTimeField(_("captured at"), null=True)
    cash_taken_by = models.UUIDField(_("cash taken by"), null=True)
    cancel_requested_at = models.DateTimeField(_("cancellation asked for"), null=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True)
    #: When to ask the provider again; null when there is nothing to ask.
    look_at = models.DateTimeField(_("next look"), null=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-opened_at"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="payments_amount_not_negative"),
            models.CheckConstraint(
                condition=Q(to_capture=None) | Q(to_capture__gt=0, to_capture__lte=F("amount")),
                name="payments_take_at_most_amount",
            ),
            models.CheckConstraint(
                condition=Q(captured__gte=0, captured__lte=F("amount")), name="payments_captured_at_most_amount"
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("captured")), name="payments_refunded_at_most_captured"
            ),
            models.CheckConstraint(
                condition=~Q(state=PaymentState.CANCELLED) | Q(captured=0), name="payments_cancelled_took_nothing"
            ),
            models.UniqueConstraint(
                fields=["provider", "reference"], condition=~Q(reference=""), name="payments_one_per_reference"
            ),
        ]
        indexes = [models.Index(fields=["look_at"], condition=~Q(look_at=None), name="payments_due")]

    def __str__(self) -> str:
        return f"{self.order_number} · {self.total}"

    @property
    def total(self) -> Money:
        return dong(self.amount)

    def is_final(self) -> bool:
        """Nothing more will happen to it."""
        return PaymentState(self.state) in FINAL

    def is_held(self) -> bool:
        """The money is promised to us, or ours."""
        return self.state in {PaymentState.AUTHORISED, PaymentState.CAPTURED}

    def in_doubt(self) -> bool:
        """Is the outcome of one of its calls unknown?"""
        return not self.is_final() and self.calls.in_doubt().exists()

    def current_state(self) -> PaymentState:
        """The state, or `unknown` while there is doubt."""
        return PaymentState.UNKNOWN if self.in_doubt() else PaymentState(self.state)

    def view(self, *, step: PaymentStep | None = None) -> PaymentView:
        """As others see it."""
        return PaymentView(
            order_id=self.order_id,
            order_number=self.order_number,
            payer_id=self.payer_id,
            store_id=self.store_id,
            method=Method(self.method),
            state=self.current_state(),
            amount=self.total,
            captured=dong(self.captured),
            refunded=dong(self.refunded),
            provider=self.provider,
            failure_code=self.failure_code,
            capture_before=self.capture_before,
            step=step,
        )


class ProviderCallQuerySet(models.QuerySet["ProviderCall"]):
    def open(self) -> ProviderCallQuerySet:
        """Without a decision, oldest first."""
        return self.filter(state__in=OPEN).order_by("id")

    def in_doubt(self) -> ProviderCallQuerySet:
        """Asked, and no answer."""
        return self.filter(state=CallState.UNKNOWN)

    def to(self, operation: Operation) -> ProviderCallQuerySet:
        """That ask for this, the latest version first."""
        return self.filter(operation=operation).order_by("-revision")

    def tried(self) -> ProviderCallQuerySet:
        """Sent at least once: something may have come of them."""
        return self.filter(attempts__gt=0)

    def overtaken(self, now: datetime) -> int:
        """Close these: what they asked for can no longer be."""
        return self.update(state=CallState.REFUSED, error="overtaken", decided_at=now)

    def not_refused(self) -> ProviderCallQuerySet:
        """That took effect, or still may."""
        return self.exclude(state=CallState.REFUSED)


class ProviderCall(models.Model):
    """One thing that we want of a provider, written down before it is asked; the key makes asking again harmless."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="calls", verbose_name=_("payment"))
    operation = models.CharField(_("operation"), max_length=16, choices=OPERATIONS)
    revision = models.PositiveSmallIntegerField(_("revision"))
    key = models.CharField(_("idempotency key"), max_length=255, unique=True)
    request = models.JSONField(_("request"))
    state = models.CharField(_("state"), max_length=16, choices=CALL_STATES, default=CallState.INTENDED)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    answer = models.JSONField(_("answer"), default=dict, blank=True)
    error = models.CharField(_("error"), max_length=64, blank=True)
    intended_at = models.DateTimeField(_("intended at"))
    sent_at = models.DateTimeField(_("sent at"), null=True)
    decided_at = models.DateTimeField(_("decided at"), null=True)

    objects = ProviderCallQuerySet.as_manager()

    class Meta:
        verbose_name = _("provider call")
        verbose_name_plural = _("provider calls")
        constraints = [
            models.UniqueConstraint(fields=["payment", "operation", "revision"], name="payments_call_revision"),
            models.UniqueConstraint(
                fields=["payment", "operation"],
                condition=~Q(state=CallState.REFUSED),
                name="payments_one_live_call_per_operation",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    def is_in_doubt(self) -> bool:
        """Asked, and no answer."""
        return self.state == CallState.UNKNOWN


class ProviderNotice(models.Model):
    """A provider's verified webhook, as it came; each event once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    provider = models.CharField(_("provider"), max_length=32)
    event_id = models.CharField(_("event id"), max_length=100)
    kind = models.CharField(_("kind"), max_length=100)
    reference = models.CharField(_("provider's reference"), max_length=100, blank=True, db_index=True)
    body = models.JSONField(_("body"))
    received_at = models.DateTimeField(_("received at"))
    applied_at = models.DateTimeField(_("applied at"), null=True)
    outcome = models.CharField(_("outcome"), max_length=32, blank=True)

    class Meta:
        verbose_name = _("provider notice")
        verbose_name_plural = _("provider notices")
        ordering = ["-received_at"]
        constraints = [models.UniqueConstraint(fields=["provider", "event_id"], name="payments_each_notice_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"

    def decided(self, outcome: str, now: datetime) -> None:
        """Note what became of it."""
        self.outcome, self.applied_at = outcome, now
        self.save(update_fields=["outcome", "applied_at"])
