"""The part of the face for what is printed."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from grocery.ordering.services import print_papers


def print_labels(*, order_ids: Collection[UUID], store_id: UUID | None = None, language: str = "vi") -> bytes:
    """A PDF of 100 x 150 mm with a page for each crate of these orders: number, slot, crate n of m, its bar code.

    Orders that are not packed yet, without crates, or of another store are passed over; raises NotFound if none is
    left. No names of customers.
    """
    return print_papers.print_labels(order_ids=order_ids, store_id=store_id, language=language)


def print_note(*, order_id: UUID, store_id: UUID | None = None) -> bytes:
    """The delivery note of a packed order as PDF (A4), in the customer's language: lines with what was ordered and
    packed, substitutes, VAT by rate, total, and what to eat first. Raises NotFound, WrongState before it is packed.
    """
    return print_papers.print_note(order_id=order_id, store_id=store_id)
