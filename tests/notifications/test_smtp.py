"""Letters over SMTP, to a small server of our own on the loopback interface."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from uuid import UUID

import pytest
from django.conf import LazySettings

from grocery.config.embedded import free_port
from grocery.notifications.contracts import Letter, MailNotSent, MailRefused
from grocery.notifications.gateways.mailer import LocalOutbox, SmtpMailer, mailer

LETTER = Letter(
    id=UUID(int=7),
    reference="<00000000-0000-0000-0000-000000000007@testserver>",
    to="lan@example.com",
    language="vi",
    subject="Đơn G-20418 đã được xác nhận",
    text="Cảm ơn Lan\n",
    html="<p>Cảm ơn Lan</p>",
    written_at=datetime(2026, 11, 20, 6, 42, tzinfo=UTC),
)


@dataclass
class Postman:
    """A mail server that says what it is told to say, and keeps what it takes."""

    to_recipient: str = "250 ok"
    after_data: str = "250 ok"
    taken: list[EmailMessage] = field(default_factory=list)

    def serve(self, lines: Iterator[bytes]) -> Iterator[str]:
        yield "220 here"
        for line in lines:
            match line[:4].upper():
                case b"RCPT":
                    yield self.to_recipient
                case b"DATA":
                    yield "354 go on"
                    body = b"".join(iter(lambda: next(lines), b".\r\n"))
                    self.taken.append(BytesParser(policy=policy.default).parsebytes(body))
                    yield self.after_data
                case b"QUIT":
                    yield "221 bye"
                    return
                case _:
                    yield "250 ok"


@pytest.fixture
def postman(settings: LazySettings) -> Iterator[Postman]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", 0, False
    postman = Postman()

    class Desk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            for answer in postman.serve(iter(self.rfile)):
                if not answer:
                    return  # hangs up without a word
                self.wfile.write(answer.encode() + b"\r\n")

    with socketserver.TCPServer(("127.0.0.1", 0), Desk) as server:
        settings.EMAIL_PORT = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield postman
        server.shutdown()
        thread.join()


def test_a_letter_arrives_whole(postman: Postman):
    SmtpMailer().send(LETTER)
    (mail,) = postman.taken
    assert (mail["Subject"], mail["To"], mail["Message-ID"]) == (LETTER.subject, LETTER.to, LETTER.reference)
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_the_same_letter_carries_the_same_name_and_date_again(postman: Postman):
    SmtpMailer().send(LETTER)
    SmtpMailer().send(LETTER)
    first, second = ((mail["Message-ID"], mail["Date"]) for mail in postman.taken)
    assert first == second


@pytest.mark.parametrize("answer", ["550 no such mailbox", "553 not here"])
def test_a_mailbox_that_does_not_exist_is_a_no_for_good(postman: Postman, answer: str):
    postman.to_recipient = answer
    with pytest.raises(MailRefused):
        SmtpMailer().send(LETTER)


def test_a_full_mailbox_is_asked_again_later(postman: Postman):
    postman.to_recipient = "452 mailbox full"
    with pytest.raises(MailNotSent):
        SmtpMailer().send(LETTER)


@pytest.mark.parametrize(
    ("answer", "outcome"), [("554 spam", MailRefused), ("451 try later", MailNotSent), ("", MailNotSent)]
)
def test_what_is_said_after_the_letter_counts_and_silence_means_unknown(
    postman: Postman, answer: str, outcome: type[Exception]
):
    postman.after_data = answer
    with pytest.raises(outcome):
        SmtpMailer().send(LETTER)


def test_a_server_that_is_away_is_asked_again_later(settings: LazySettings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", free_port(), False
    with pytest.raises(MailNotSent):
        SmtpMailer().send(LETTER)


def test_the_settings_choose_who_takes_the_mail(settings: LazySettings):
    chosen = [type(mailer())]
    settings.MAIL_OUTBOX = None
    assert [*chosen, type(mailer())] == [LocalOutbox, SmtpMailer]
