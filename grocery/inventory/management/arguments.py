"""An argument that several commands take."""

from __future__ import annotations

from uuid import UUID

from django.core.management.base import CommandError

from grocery.catalog import public as catalog


def store_named(code: str) -> UUID:
    """The store with this code. Raises CommandError, naming those that there are."""
    stores = {store.code: store.id for store in catalog.stores()}
    if code not in stores:
        raise CommandError(f"There is no store {code}. There are: {', '.join(stores)}")
    return stores[code]
