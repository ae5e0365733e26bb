"""Mail that was kept here instead of being sent."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings

from grocery.kernel.errors import NotFound
from grocery.notifications.contracts import KeptLetter, KeptMail
from grocery.notifications.gateways import outbox_folder


def newest(*, limit: int) -> list[KeptMail]:
    """The last mails, newest first; none where mail is really sent."""
    return outbox_folder.newest(settings.MAIL_OUTBOX, limit=limit) if settings.MAIL_OUTBOX else []


def one(*, message_id: UUID) -> KeptLetter:
    """One of them. Raises NotFound."""
    letter = outbox_folder.one(settings.MAIL_OUTBOX, message_id) if settings.MAIL_OUTBOX else None
    if letter is None:
        raise NotFound("message", message_id)
    return letter
