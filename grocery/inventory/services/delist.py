"""A store stops carrying goods, or carries them again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from grocery.inventory.models import StockItem
from grocery.inventory.services import locking
from grocery.inventory.services.announcing import announce


@transaction.atomic
def set_delisted(*, skus: Collection[str], location: UUID, now: datetime, delisted: bool) -> int:
    """See `public.delist` and `public.relist`."""
    items = [item for item in locking.items(skus, location=location) if item.delisted != delisted]
    StockItem.objects.among([item.id for item in items]).update(delisted=delisted)
    announce(items, now=now)
    return len(items)
