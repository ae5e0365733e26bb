"""What other domains' facts change here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from grocery.catalog.contracts import OfferSeen, StockSeen, StoreId
from grocery.catalog.models import facts
from grocery.catalog.policies import POPULAR_DAYS
from grocery.catalog.services import versions
from grocery.catalog.services.stores import store
from grocery.kernel.clock import local_date


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


@transaction.atomic
def see_offer(offer: OfferSeen) -> None:
    """Keep what an offer says about its products; lists show it while its window is open, to the second."""
    facts.keep_offer(offer)


@transaction.atomic
def count_order(*, store_id: StoreId, skus: Iterable[str], now: datetime) -> None:
    """One order more for each of its products; what sells is popular."""
    today = local_date(now, zone=store(store_id=store_id).zone)
    facts.add_sales([(today, store_id, sku, 1) for sku in sorted(set(skus))])


@transaction.atomic
def forget_old_sales(*, now: datetime) -> int:
    """Let the seven days move on; how many products sold on the days that fell out."""
    pairs = facts.forget_sales(now.date() - timedelta(days=POPULAR_DAYS))
    if pairs:
        facts.recount_sales(pairs)
    return len(pairs)
