"""What notifications speak of: messages, letters, and what can go wrong with sending them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

MessageId = NewType("MessageId", UUID)


class Kind(StrEnum):
    """What a message says; each has templates of this name in every language."""

    ORDER_CONFIRMED = "order_confirmed"
    ORDER_DELIVERED = "order_delivered"
    ORDER_CANCELLED = "order_cancelled"
    ORDER_CHANGED = "order_changed"
    ORDER_UNDELIVERED = "order_undelivered"
    ORDER_RETURNED = "order_returned"
    SUBSTITUTE_PROPOSED = "substitute_proposed"
    WEIGHT_QUESTIONED = "weight_questioned"
    TRANSFER_LATE = "transfer_late"
    PAY_AGAIN = "pay_again"
    TRANSFER_ODD = "transfer_odd"
    CREDIT_GIVEN = "credit_given"


class Channel(StrEnum):
    EMAIL = "email"


class MessageState(StrEnum):
    """Sending: handed to the mail server at least once, outcome not known yet. Stale: too old to be of use."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    STALE = "stale"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """The words of a message."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """An e-mail as it goes out. `reference` is its Message-ID: the same at each attempt, to be known again by."""

    id: UUID
    reference: str
    to: str
    language: str
    subject: str
    text: str
    html: str
    written_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMail:
    """One line of the local outbox."""

    id: MessageId
    to: str
    subject: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLetter:
    """A mail of the local outbox, whole. `html` is a document of its own with inline styles."""

    id: MessageId
    to: str
    sender: str
    subject: str
    at: datetime
    language: str
    text: str
    html: str


class MailNotSent(Exception):
    """The mail server could not be asked, or its answer got lost. Try again: the Message-ID stays the same."""


class MailRefused(Exception):
    """The mail server will never take this letter: no such address, for instance. Trying again is useless."""
