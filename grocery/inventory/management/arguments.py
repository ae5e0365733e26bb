"""Arguments that several commands take."""

from __future__ import annotations

from argparse import ArgumentTypeError
from uuid import UUID

from django.core.management.base import CommandError

from grocery.catalog import public as catalog


def column(text: str) -> tuple[str, str]:
    """`OURS=THEIRS`: a column's name and the one that a file gives it."""
    ours, equals, theirs = text.partition("=")
    if not (ours and equals and theirs):
        raise ArgumentTypeError(f"not OURS=THEIRS: {text}")
    return ours, theirs


def store_named(code: str) -> UUID:
    """The store with this code. Raises CommandError, naming those that there are."""
    stores = {store.code: store.id for store in catalog.stores()}
    if code not in stores:
        raise CommandError(f"There is no store {code}. There are: {', '.join(stores)}")
    return stores[code]
