"""Finding the product in hand: by what was scanned, by SKU, by name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.http import QueryDict

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.inventory.admin.work import said
from grocery.kernel import clock
from grocery.kernel.errors import DomainError, NotFound
from grocery.kernel.reader import language

_SKU: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_CHOICES: Final = 8


@dataclass(slots=True)
class Found:
    """What came of a scan or a search: a product, or some to choose from, or why there is none.

    `code`: as it was scanned. `recognised`: what it says, if it is a GS1 code.
    """

    code: str = ""
    words: str = ""
    recognised: inventory.Recognised | None = None
    product: catalog.ProductDetail | None = None
    choices: list[catalog.ProductCard] = field(default_factory=list)
    error: str = ""

    @property
    def name(self) -> str:
        return self.product.name(language()) if self.product else ""

    @property
    def is_new(self) -> bool:
        """Whether nobody has said yet which product this code is."""
        return self.recognised is not None and self.recognised.sku is None

    @property
    def nothing(self) -> bool:
        """Whether something was looked for and not found."""
        looked = bool(self.words or (self.code and not self.is_new))
        return looked and not (self.product or self.choices or self.error)


def find(asked: QueryDict, *, location: UUID) -> Found:
    """Look for what the address of a page asks for: `code` (scanned or typed), `q` (words), `sku` (chosen)."""
    found = Found(code=asked.get("code", "")[:200].strip(" "), words=asked.get("q", "")[:100].strip())
    try:
        if found.code:
            found.recognised = inventory.recognise(code=found.code, location=location, now=clock.now())
        _look(found, asked.get("sku", ""), location)
    except DomainError as error:
        found.error = said(error)
    return found


def names_of(skus: Iterable[str]) -> dict[str, str]:
    """What products are called, in one statement; a SKU that is not sold is absent."""
    products = catalog.products_on_sale(skus=[catalog.Sku(sku) for sku in skus])
    return {str(sku): product.name(language()) for sku, product in products.items()}


def _look(found: Found, sku: str, location: UUID) -> None:
    known = found.recognised.sku if found.recognised else None
    typed = found.code if found.recognised is None else ""
    said_so = sku or known
    names = [said_so] if said_so else [typed, typed.upper()]
    found.product = next(filter(None, (_product(name, location) for name in names)), None)
    if found.product is None and (words := found.words or typed):
        filters = catalog.Filters(search=words[:100])
        page = catalog.list_products(
            store_id=catalog.StoreId(location), now=clock.now(), filters=filters, limit=_CHOICES, language=language()
        )
        found.choices = page.cards


def _product(sku: str, location: UUID) -> catalog.ProductDetail | None:
    if not _SKU.fullmatch(sku):
        return None
    try:
        return catalog.product(sku=catalog.Sku(sku), store_id=catalog.StoreId(location))
    except NotFound:
        return None
