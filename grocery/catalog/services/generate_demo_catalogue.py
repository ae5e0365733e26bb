"""Fill an empty shop with groceries of our own making."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import batched

from grocery.catalog.contracts import ImportProgress
from grocery.catalog.gateways.demo_goods import read_goods
from grocery.catalog.models.bulk import EVERY_COLUMN, refresh_statistics, searched_afterwards
from grocery.catalog.policies import demo, drafts
from grocery.catalog.services.write_products import CHUNK, write_products
from grocery.kernel.errors import Invalid


def generate_demo_catalogue(
    *, count: int, seed: int, now: datetime, report: Callable[[ImportProgress], None]
) -> ImportProgress:
    """`count` products in eight departments; made again with the same seed, nothing changes."""
    goods, categories = read_goods()
    most = demo.capacity(goods)
    if not 0 < count <= most:
        raise Invalid("count", f"Between 1 and {most:,}.", f"Từ 1 đến {most:,}.")
    progress = ImportProgress()
    with searched_afterwards():
        for chunk in batched(demo.products(goods, count=count, seed=seed), CHUNK):
            numbered = [(progress.rows + place, drafts.checked(draft)) for place, draft in enumerate(chunk, 1)]
            outcome = write_products(drafts=numbered, categories=categories, sets=EVERY_COLUMN, now=now)
            progress = ImportProgress(
                rows=progress.rows + len(chunk),
                new=progress.new + outcome.new,
                changed=progress.changed + outcome.changed,
                unchanged=progress.unchanged + len(chunk) - outcome.new - outcome.changed,
            )
            report(progress)
    refresh_statistics()
    return progress
