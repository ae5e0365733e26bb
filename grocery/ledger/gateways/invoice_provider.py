"""Whoever issues our electronic invoices: what is asked of them, and how they may answer. docs/adr/0204.

In Vietnam invoices are issued by a certified provider, which gives them the number that counts and the tax
authority's code. None is bound here; adding one is a class with these functions and a line in the settings.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from grocery.ledger.contracts.invoices import InvoiceDocument


@dataclass(frozen=True, slots=True)
class Issued:
    """`reference`: serial and number as on the invoice; `look_up`: what its buyer types to see it."""

    reference: str
    look_up: str
    at: datetime


class InvoiceRefused(Exception):
    """They will not issue it as it is: a person has to see to it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class InvoiceUnknown(Exception):
    """No answer, or none that one can rely on: it may have been issued, or not."""


class InvoiceProvider(Protocol):
    """Each function takes a few seconds at most, and is called outside of transactions."""

    @property
    def name(self) -> str: ...

    def issue(self, *, document: InvoiceDocument, key: str, now: datetime) -> Issued | None:
        """Issue it, once for each key, however often it is asked. None: taken, and not issued yet.

        Raises InvoiceRefused, InvoiceUnknown.
        """

    def look_up(self, *, key: str) -> Issued | None:
        """What was issued under that key; None: nothing so far. Raises InvoiceRefused, InvoiceUnknown."""

    def health(self) -> None:
        """Returns if it can be asked. Raises InvoiceUnknown."""
