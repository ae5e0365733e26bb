"""What we ask of providers, and what they tell us."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from grocery.kernel import statements
from grocery.kernel.ids import new_id
from grocery.payments.policies import OPEN, UNREADABLE, CallState, Operation

#: Who has not heard of a call by then never will: longer than any provider is given.
LONGEST_ANSWER: Final = timedelta(seconds=40)
OPERATIONS = [
    (Operation.AUTHORISE, _("authorise")),
    (Operation.CONFIRM, _("confirm")),
    (Operation.CAPTURE, _("capture")),
    (Operation.CANCEL, _("cancel")),
    (Operation.REFUND, _("refund")),
]
CALL_STATES = [
    (CallState.INTENDED, _("intended")),
    (CallState.SENT, _("sent")),
    (CallState.DONE, _("done")),
    (CallState.REFUSED, _("refused")),
    (CallState.UNKNOWN, _("unknown")),
]


_OPEN: Final = [state.value for state in OPEN]
_ABOUT: Final = "SELECT {} FROM payments_providercall call WHERE payment_id = %s ORDER BY id"
_ONE: Final = "SELECT {} FROM payments_providercall call WHERE id = %s"
_ASKS: Final = """
    SELECT provider FROM payments_payment payment JOIN payments_providercall call ON call.payment_id = payment.id
    WHERE call.id = %s
"""
_HAS_REFUSED: Final = """
    SELECT FROM payments_providercall WHERE payment_id = %s AND operation = 'authorise' AND state = 'refused'
    AND answer ->> 'reference' = %s LIMIT 1
"""
_HAS_ONE_OPEN: Final = "SELECT FROM payments_providercall WHERE payment_id = %s AND state = ANY(%s) LIMIT 1"


class ProviderCallQuerySet(models.QuerySet["ProviderCall"]):
    def about(self, payment_id: UUID) -> list[ProviderCall]:
        """All of one payment, oldest first."""
        rows = statements.rows(self.db, _ABOUT.format(statements.columns(ProviderCall, "call")), [payment_id])
        return [statements.load(ProviderCall, row) for row in rows]

    def one(self, call_id: UUID) -> ProviderCall:
        """That call."""
        [row] = statements.rows(self.db, _ONE.format(statements.columns(ProviderCall, "call")), [call_id])
        return statements.load(ProviderCall, row)

    def has_refused(self, payment_id: UUID, reference: str) -> bool:
        """Was an attempt that the provider answered with this name given up since?"""
        return bool(statements.rows(self.db, _HAS_REFUSED, [payment_id, reference]))

    def has_one_open(self, payment_id: UUID) -> bool:
        """Is one of that payment's without a decision?"""
        return bool(statements.rows(self.db, _HAS_ONE_OPEN, [payment_id, _OPEN]))

    def open(self) -> ProviderCallQuerySet:
        """Without a decision, oldest first."""
        return self.filter(state__in=OPEN).order_by("id")

    def wait_until(self) -> datetime | None:
        """When the first of these may be sent; None: at once, or there is none."""
        moments = list(self.values_list("not_before", flat=True))
        return None if None in moments else min((moment for moment in moments if moment), default=None)

    def in_doubt(self) -> ProviderCallQuerySet:
        """Asked, and no answer."""
        return self.filter(state=CallState.UNKNOWN)

    def of_payments(self) -> ProviderCallQuerySet:
        """About a payment's own state, not about giving money back."""
        return self.exclude(operation=Operation.REFUND)

    def provider_of(self, call_id: UUID) -> str:
        """Whom that call asks."""
        [(provider,)] = statements.rows(self.db, _ASKS, [call_id])
        return str(provider)

    def to_begin(self) -> ProviderCallQuerySet:
        """That begin the payment."""
        return self.to(Operation.AUTHORISE)

    def to(self, operation: Operation) -> ProviderCallQuerySet:
        """That ask for this, the latest version first."""
        return self.filter(operation=operation).order_by("-revision")

    def tried(self) -> ProviderCallQuerySet:
        """Sent at least once: something may have come of them."""
        return self.filter(attempts__gt=0)

    def failed(self, reference: str, code: str, now: datetime) -> int:
        """Close these: what they began has come to nothing."""
        answer = {"reference": reference}
        return self.update(state=CallState.REFUSED, error=code[:64], answer=answer, decided_at=now)

    def overtaken(self, now: datetime) -> int:
        """Close these: what they asked for can no longer be."""
        return self.update(state=CallState.REFUSED, error="overtaken", decided_at=now)

    def refused(self) -> ProviderCallQuerySet:
        """That took no effect and never will."""
        return self.filter(state=CallState.REFUSED)

    def not_refused(self) -> ProviderCallQuerySet:
        """That took effect, or still may."""
        return self.exclude(state=CallState.REFUSED)


class ProviderCall(models.Model):
    """One thing that we want of a provider, written down before it is asked; the key makes asking again harmless."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payment = models.ForeignKey(
        "payments.Payment", on_delete=models.PROTECT, related_name="calls", verbose_name=_("payment")
    )
    #: What it gives back; null unless it is a refund.
    part = models.ForeignKey(
        "payments.RefundPart", on_delete=models.PROTECT, related_name="calls", null=True, verbose_name=_("refund")
    )
    operation = models.CharField(_("operation"), max_length=16, choices=OPERATIONS)
    revision = models.PositiveSmallIntegerField(_("revision"))
    key = models.CharField(_("idempotency key"), max_length=255, unique=True)
    request = models.JSONField(_("request"))
    state = models.CharField(_("state"), max_length=16, choices=CALL_STATES, default=CallState.INTENDED)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    answer = models.JSONField(_("answer"), default=dict, blank=True)
    error = models.CharField(_("error"), max_length=64, blank=True)
    intended_at = models.DateTimeField(_("intended at"))
    #: It is not to be sent before; null: at once.
    not_before = models.DateTimeField(_("not before"), null=True)
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
                condition=~models.Q(state=CallState.REFUSED) & models.Q(part=None),
                name="payments_one_live_call_per_operation",
            ),
            models.UniqueConstraint(
                fields=["part"],
                condition=~models.Q(state=CallState.REFUSED) & ~models.Q(part=None),
                name="payments_one_live_call_per_refund",
            ),
            models.CheckConstraint(
                condition=models.Q(part=None) ^ models.Q(operation=Operation.REFUND),
                name="payments_refund_calls_have_a_part",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    def is_open(self) -> bool:
        """Without a decision."""
        return self.state in OPEN

    def is_due(self, now: datetime) -> bool:
        """It need not wait."""
        return self.not_before is None or self.not_before <= now

    def is_refused(self) -> bool:
        """The answer was no, or it was given up."""
        return self.state == CallState.REFUSED

    def is_on_its_way(self, now: datetime) -> bool:
        """Somebody sent it a moment ago and may yet hear the answer."""
        return self.state == CallState.SENT and self.sent_at is not None and now - self.sent_at < LONGEST_ANSWER

    def has_spent_its_key(self) -> bool:
        """Under the key that it has, the provider would only repeat an error."""
        return self.state == CallState.UNKNOWN and bool(self.answer.get("key_spent"))

    def is_in_doubt(self) -> bool:
        """Asked, and no answer."""
        return self.state == CallState.UNKNOWN


class ProviderNoticeQuerySet(models.QuerySet["ProviderNotice"]):
    def unreadable(self) -> ProviderNoticeQuerySet:
        """Signed, of no sense to us, and nobody has seen to it."""
        return self.filter(outcome=UNREADABLE)

    def seen_to(self, ids: Iterable[UUID], now: datetime) -> int:
        """Of these: a person has read it and done what there was to do."""
        return self.filter(id__in=list(ids)).update(outcome="read", applied_at=now)


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

    objects = ProviderNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("provider notice")
        verbose_name_plural = _("provider notices")
        ordering = ["-received_at"]
        indexes = [models.Index("received_at", name="payments_unreadable", condition=models.Q(outcome=UNREADABLE))]
        constraints = [models.UniqueConstraint(fields=["provider", "event_id"], name="payments_each_notice_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"

    def decided(self, outcome: str, now: datetime) -> None:
        """Note what became of it."""
        self.outcome, self.applied_at = outcome, now
        self.save(update_fields=["outcome", "applied_at"])
