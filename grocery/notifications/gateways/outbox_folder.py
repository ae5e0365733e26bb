"""Reading the folder that LocalOutbox writes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path
from uuid import UUID

from grocery.notifications.contracts import KeptLetter, KeptMail, MessageId


def newest(folder: Path, *, limit: int) -> list[KeptMail]:
    """The last `limit` mails. Names are UUIDv7, so that the newest come last by name."""
    names = sorted((path.name for path in folder.glob("*.eml")), reverse=True)
    return [_line(mail, name) for name, mail in _read(folder, names[:limit], headers_only=True)]


def one(folder: Path, message_id: UUID) -> KeptLetter | None:
    """A mail, whole; None when it is not there."""
    name = f"{message_id}.eml"
    if not (folder / name).exists():
        return None
    ((_, mail),) = _read(folder, [name], headers_only=False)
    line = _line(mail, name)
    return KeptLetter(
        id=line.id,
        to=line.to,
        sender=str(mail["From"]),
        subject=line.subject,
        at=line.at,
        language=str(mail["Content-Language"]),
        text=_part(mail, "plain"),
        html=_part(mail, "html"),
    )


def _read(folder: Path, names: Iterable[str], *, headers_only: bool) -> Iterable[tuple[str, EmailMessage]]:
    parser = BytesParser(policy=policy.default)
    for name in names:
        with (folder / name).open("rb") as file:
            yield name, parser.parse(file, headersonly=headers_only)


def _line(mail: EmailMessage, name: str) -> KeptMail:
    return KeptMail(
        id=MessageId(UUID(name.removesuffix(".eml"))),
        to=str(mail["To"]),
        subject=str(mail["Subject"]),
        at=parsedate_to_datetime(mail["Date"]).astimezone(UTC),
    )


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part else ""
