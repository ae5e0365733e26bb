"""A message goes out: claimed, sent, marked. See docs/adr/0080 for what a crash in between leaves."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from grocery.kernel.errors import NotFound
from grocery.kernel.outbox import publish
from grocery.notifications import models, policies
from grocery.notifications.contracts import Letter, MailNotSent, MailRefused, MessageState
from grocery.notifications.events import MessageQueued
from grocery.notifications.gateways.mailer import Mailer, mailer
from grocery.notifications.services import counters

log = structlog.get_logger(__name__)


def send_message(*, message_id: UUID, now: datetime, via: Mailer | None = None) -> None:
    """Send what still has to go out; a message that is through is left alone.

    Not in a transaction, for it waits for a mail server. Raises MailNotSent when it is worth another try.
    """
    message = models.Message.objects.begin_attempt(message_id)
    if message is None:
        return
    if not message.resent and policies.is_stale(happened=message.happened_at, now=now):
        _end(message, MessageState.STALE)
        return
    try:
        (via or mailer()).send(_letter(message))
    except MailRefused as error:
        _end(message, MessageState.REFUSED, error=str(error))
        return
    except MailNotSent as error:
        models.Message.objects.note_error(message_id, str(error)[:500])
        counters.failed(message.kind)
        raise
    _end(message, MessageState.SENT, at=now)


@transaction.atomic
def resend_message(*, message_id: UUID) -> None:
    """Let a message that is through go out once more, however old. The reader's mail program knows it again."""
    if not models.Message.objects.with_id(message_id).exists():
        raise NotFound("message", message_id)
    if models.Message.objects.queue_again(message_id):
        publish(MessageQueued(message_id=message_id))


def _end(message: models.Message, state: MessageState, *, at: datetime | None = None, error: str = "") -> None:
    models.Message.objects.end(message.id, state, at=at, error=error[:500])
    counters.ended(message.kind, state)
    log.info("message " + state.value, message_id=str(message.id), kind=message.kind, attempts=message.attempts)


def _letter(message: models.Message) -> Letter:
    return Letter(
        id=message.id,
        reference=message.reference,
        to=message.to,
        language=message.language,
        subject=message.subject,
        text=message.text,
        html=message.html,
        written_at=message.written_at,
    )
