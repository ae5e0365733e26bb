"""What other domains' facts change here."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from grocery.catalog.contracts import StockSeen
from grocery.catalog.models import facts
from grocery.catalog.services import versions


@transaction.atomic
def see_stock(*, seen: Iterable[StockSeen]) -> int:
    """Keep what the stockroom said last about each product; how many listings look different now."""
    newest: dict[tuple[object, str], StockSeen] = {}
    for one in seen:
        key = (one.store_id, one.sku)
        if key not in newest or newest[key].version < one.version:
            newest[key] = one
    stores = facts.keep_stock(sorted(newest.values(), key=lambda one: (str(one.store_id), one.sku)))
    if stores:
        versions.announce(*(versions.stock_of(store_id) for store_id in set(stores)))
    return len(stores)
