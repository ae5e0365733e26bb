"""Several products in one statement, for whoever shows what lies behind each row of a list."""

from __future__ import annotations

from collections.abc import Iterable

from grocery.catalog.contracts import ProductCard, ProductDetail, Sku, StoreId
from grocery.catalog.services import list_products as _lists


def details(*, skus: Iterable[Sku], store_id: StoreId) -> dict[Sku, ProductDetail]:
    """What `product` says of each; what is not known is absent. Raises NotFound for an unknown store."""
    return _lists.details(skus=skus, store_id=store_id)


def similar_to_each(*, skus: Iterable[Sku], store_id: StoreId, limit: int = 6) -> dict[Sku, list[ProductCard]]:
    """What `similar` says of each, in its order; an empty list for an unknown SKU."""
    return _lists.similar_to_each(skus=skus, store_id=store_id, limit=limit)
