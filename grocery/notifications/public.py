"""Notifications: what we tell people. They hear facts and write by themselves; this is for looking and for staff."""

from __future__ import annotations

from uuid import UUID

from grocery.notifications.contracts import Channel, KeptLetter, KeptMail, Kind, MessageId, MessageState
from grocery.notifications.services import read_outbox, send_message

__all__ = [
    "outbox", "message", "resend",
    "Channel", "KeptLetter", "KeptMail", "Kind", "MessageId", "MessageState",
]  # fmt: skip


def outbox(*, limit: int = 100) -> list[KeptMail]:
    """Mail kept in settings.MAIL_OUTBOX instead of being sent, newest first; none where mail is really sent."""
    return read_outbox.newest(limit=limit)


def message(*, message_id: UUID) -> KeptLetter:
    """One mail of the outbox: subject, plain text, and HTML that is a page of its own. Raises NotFound("message")."""
    return read_outbox.one(message_id=message_id)


def resend(*, message_id: UUID) -> None:
    """Send a message once more, on somebody's request, however old it is. Raises NotFound("message").

    It carries the same Message-ID: a mailbox that has it already may show it only once.
    """
    send_message.resend_message(message_id=message_id)
