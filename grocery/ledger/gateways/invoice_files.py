"""Invoices as files in a folder: what a provider would be sent, once for each key. For development, and for those who
take it to their provider by hand.

A file that is there is an invoice that was issued: its name is its key.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from django.conf import settings

from grocery.kernel import wire
from grocery.ledger.contracts.invoices import InvoiceDocument
from grocery.ledger.gateways.invoice_provider import InvoiceUnknown, Issued
from grocery.ledger.policies.invoice_forms import document_json

_LETTERS: Final = 12


@dataclass(frozen=True, slots=True)
class InvoiceFiles:
    """Deterministic: the same document always gets the same number and look-up code."""

    folder: Path
    name: str = "files"

    def issue(self, *, document: InvoiceDocument, key: str, now: datetime) -> Issued:
        """A file with the document and what it was issued as; the first one stays."""
        if found := self.look_up(key=key):
            return found
        issued = Issued(_reference(document), sha256(key.encode()).hexdigest()[:_LETTERS].upper(), now)
        paper = {"issued": {"reference": issued.reference, "look_up": issued.look_up, "at": issued.at.isoformat()}}
        paper["invoice"] = document_json(document)
        try:
            self._write(key, wire.pretty(paper))
        except OSError as error:
            raise InvoiceUnknown(str(error)) from error
        return issued

    def look_up(self, *, key: str) -> Issued | None:
        try:
            issued = wire.loads(self._file(key).read_bytes())["issued"]
        except FileNotFoundError:
            return None
        except OSError as error:
            raise InvoiceUnknown(str(error)) from error
        return Issued(issued["reference"], issued["look_up"], datetime.fromisoformat(issued["at"]))

    def health(self) -> None:
        if not os.access(self.folder, os.W_OK):
            raise InvoiceUnknown(f"{self.folder} cannot be written to")

    def _file(self, key: str) -> Path:
        return self.folder / f"{key.replace(':', '_')}.json"

    def _write(self, key: str, text: str) -> None:
        """Whole or not at all, so that half a file is never an invoice."""
        self.folder.mkdir(parents=True, exist_ok=True)
        half = self._file(key).with_suffix(f".{os.getpid()}.part")
        half.write_text(text, encoding="utf-8")
        half.replace(self._file(key))


def _reference(document: InvoiceDocument) -> str:
    """As printed on an invoice of a cash register: form 1, its serial, its number."""
    return f"1{document.series}M {document.number:08d}"


def from_settings() -> InvoiceFiles:
    return InvoiceFiles(Path(settings.INVOICE_FOLDER))
