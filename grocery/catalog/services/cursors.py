"""Cursors: where a list stopped, sealed by us, good for that list only."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from django.core import signing

from grocery.catalog.contracts import EVERYTHING, BadCursor, Filters, Sort, StoreId

_SIGNER: Final = signing.Signer(salt="catalog.cursor")


@dataclass(frozen=True, slots=True)
class Cursor:
    """`at`: the place in a search by relevance, else the stretch and the values of its keys (`orders.Place`)."""

    at: tuple[Any, ...]
    #: What a search answered instead of what was typed.
    meant: str | None = None


def list_seal(*, store_id: StoreId, filters: Filters, sort: Sort | None, language: str) -> str:
    """What lists that a cursor may wander between have in common: all but the size of the page."""
    narrowed = [
        (name, value)
        for name in Filters.__slots__
        if (value := getattr(filters, name)) != getattr(EVERYTHING, name)  # so that a filter that is new changes none
    ]
    text = repr((str(store_id), narrowed, sort, language if sort is Sort.NAME else None))
    return hashlib.blake2b(text.encode(), digest_size=9).hexdigest()


def sealed(cursor: Cursor, seal: str) -> str:
    """Opaque, safe in an address."""
    at = [one if isinstance(one, int | str) else str(one) for one in cursor.at]
    return _SIGNER.sign_object([seal, cursor.meant, *at])


def opened(text: str, seal: str) -> Cursor:
    """Raises BadCursor for what we did not seal, or sealed for another list."""
    try:
        of, meant, *at = _SIGNER.unsign_object(text)
    except (signing.BadSignature, ValueError) as error:
        raise BadCursor from error
    if of != seal:
        raise BadCursor
    return Cursor(tuple(at), meant)
