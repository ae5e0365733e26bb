"""Sending e-mail: over SMTP, or into a folder that one can read."""

from __future__ import annotations

import os
import smtplib
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from grocery.notifications.contracts import Letter, MailNotSent, MailRefused


class Mailer(Protocol):
    """Takes a letter on its way. The same letter twice is the same letter: its Message-ID does not change."""

    def send(self, letter: Letter) -> None:
        """Returns once the letter has been taken. Raises MailRefused for good, MailNotSent for a try later."""


def mailer() -> Mailer:
    """The one that the settings name."""
    return LocalOutbox(settings.MAIL_OUTBOX) if settings.MAIL_OUTBOX else SmtpMailer()


class LocalOutbox:
    """Keeps each letter as `<id>.eml` in a folder. Whole or not at all, and writing it again changes nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, letter: Letter) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.folder / f".{letter.id}.{os.getpid()}.draft"
        with draft.open("wb") as file:
            file.write(compose(letter).message().as_bytes())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.folder / f"{letter.id}.eml")


class SmtpMailer:
    """Hands each letter to the mail server that the settings name."""

    def send(self, letter: Letter) -> None:
        try:
            compose(letter).send()
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as error:
            raise _judged(error) from error
        except (smtplib.SMTPException, OSError) as error:
            raise MailNotSent(f"{type(error).__name__}: {error}") from error


def compose(letter: Letter) -> EmailMultiAlternatives:
    """The letter as MIME: plain text first, HTML beside it (RFC 2046, section 5.1.4)."""
    mail = EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.text,
        to=[letter.to],
        headers={
            "Message-ID": letter.reference,
            "Date": format_datetime(letter.written_at),
            "Content-Language": letter.language,
            "Auto-Submitted": "auto-generated",  # RFC 3834: no out-of-office replies, please
        },
    )
    mail.attach_alternative(letter.html, "text/html")
    return mail


def _judged(
    error: smtplib.SMTPRecipientsRefused | smtplib.SMTPResponseException,
) -> MailRefused | MailNotSent:
    """5xx is a no for good, the rest a not now (RFC 5321, section 4.2.1). Wrong credentials are our own fault."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
    else:
        codes = [error.smtp_code]
    for_good = all(500 <= code < 600 for code in codes) and not isinstance(error, smtplib.SMTPAuthenticationError)
    return (MailRefused if for_good else MailNotSent)(f"{type(error).__name__}: {codes}")
