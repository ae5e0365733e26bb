"""What we told people: one row per message, with its words as they were sent."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grocery.kernel.ids import new_id
from grocery.notifications.contracts import Channel, Kind, MessageState

_KINDS = [
    (Kind.ORDER_CONFIRMED.value, _("order confirmed")),
    (Kind.ORDER_DELIVERED.value, _("order delivered")),
    (Kind.ORDER_CANCELLED.value, _("order cancelled")),
    (Kind.ORDER_CHANGED.value, _("order changed")),
    (Kind.SUBSTITUTE_PROPOSED.value, _("substitute proposed")),
    (Kind.WEIGHT_QUESTIONED.value, _("asked about a weight")),
    (Kind.TRANSFER_LATE.value, _("transfer came late")),
    (Kind.PAY_AGAIN.value, _("asked to pay again")),
    (Kind.TRANSFER_ODD.value, _("transfer that fits nothing")),
    (Kind.CREDIT_GIVEN.value, _("store credit given")),
]
_STATES = [
    (MessageState.QUEUED.value, _("queued")),
    (MessageState.SENDING.value, _("sending")),
    (MessageState.SENT.value, _("sent")),
    (MessageState.STALE.value, _("too old to be sent")),
    (MessageState.REFUSED.value, _("refused")),
]


class MessageQuerySet(models.QuerySet["Message"]):
    def with_id(self, message_id: UUID) -> MessageQuerySet:
        return self.filter(id=message_id)

    def about(self, event_id: UUID, kind: Kind, channel: Channel) -> MessageQuerySet:
        return self.filter(event_id=event_id, kind=kind.value, channel=channel.value)

    def unfinished(self) -> MessageQuerySet:
        return self.filter(state__in=[MessageState.QUEUED.value, MessageState.SENDING.value])

    def begin_attempt(self, message_id: UUID) -> Message | None:
        """Count an attempt at a message that has still to go out; None when it has not."""
        begun = self.with_id(message_id).unfinished()
        if not begun.update(state=MessageState.SENDING.value, attempts=F("attempts") + 1):
            return None
        return self.get(id=message_id)

    def end(self, message_id: UUID, state: MessageState, *, at: datetime | None = None, error: str = "") -> None:
        """Write down how it ended; a message that has been sent stays sent."""
        still = self.with_id(message_id).unfinished()
        still.update(state=state.value, error=error, **({"sent_at": at} if at else {}))

    def note_error(self, message_id: UUID, error: str) -> None:
        self.with_id(message_id).unfinished().update(error=error)

    def queue_again(self, message_id: UUID) -> bool:
        """Make a message that is through wait once more; whether there is such a one."""
        through = self.with_id(message_id).exclude(state__in=[MessageState.QUEUED.value])
        return bool(through.update(state=MessageState.QUEUED.value, error="", resent=F("resent") + 1))


class Message(models.Model):
    """One message to one person about one fact."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    event_id = models.UUIDField(_("fact"))
    kind = models.CharField(_("kind"), max_length=40, choices=_KINDS)
    channel = models.CharField(_("channel"), max_length=10, choices=[(Channel.EMAIL.value, _("e-mail"))])
    customer_id = models.UUIDField(_("customer"), db_index=True)
    order_id = models.UUIDField(_("order"), null=True, blank=True, db_index=True)
    language = models.CharField(_("language"), max_length=2)
    to = models.EmailField(_("addressee"), max_length=254)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"))
    reference = models.CharField("Message-ID", max_length=200)
    state = models.CharField(
        _("state"), max_length=10, choices=_STATES, default=MessageState.QUEUED.value, db_index=True
    )
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    resent = models.PositiveIntegerField(_("sent again on request"), default=0)
    happened_at = models.DateTimeField(_("happened"))
    written_at = models.DateTimeField(_("written"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=500, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["event_id", "kind", "channel"], name="message_once_per_fact"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in MessageState]), name="message_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=MessageState.SENT.value) | Q(sent_at__isnull=False), name="message_sent_when"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to}"
