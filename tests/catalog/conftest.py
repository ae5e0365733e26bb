"""A small shop to look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from grocery.catalog import public as catalog
from grocery.catalog.contracts import StockSeen
from grocery.catalog.services.hear import see_stock

NOON = datetime(2026, 11, 20, 5, tzinfo=UTC)  # 12:00 in Hồ Chí Minh City
TODAY = date(2026, 11, 20)


@dataclass
class Shop:
    """One store with categories as they are needed."""

    store: catalog.Store
    versions: dict[str, int] = field(default_factory=dict)

    def category(self, slug: str, **values: Any) -> catalog.Category:
        return catalog.save_category(**{"slug": slug, "name_en": slug.title(), "name_vi": f"Mục {slug}", **values})

    def product(self, sku: str, name_vi: str = "", **values: Any) -> catalog.Sku:
        """On sale in the category "vegetables" for 10.000 ₫ a piece, unless told otherwise."""
        name_vi = name_vi or f"Món {sku}"
        fields = {"name_en": name_vi, "category": "vegetables", "price": 10_000, **values}
        return catalog.save_product(draft=catalog.ProductDraft(sku=sku, name_vi=name_vi, **fields), now=NOON)

    def stock(self, sku: str, *, expiry: date | None = None, in_stock: bool = True) -> None:
        self.versions[sku] = self.versions.get(sku, 0) + 1
        see_stock(
            seen=[
                StockSeen(
                    store_id=self.store.id,
                    sku=catalog.Sku(sku),
                    version=self.versions[sku],
                    in_stock=in_stock,
                    earliest_expiry=expiry,
                )
            ]
        )

    def page(
        self,
        *,
        sort: catalog.Sort | None = None,
        limit: int = 24,
        offset: int = 0,
        cursor: str | None = None,
        language: str = "vi",
        **filters: Any,
    ) -> catalog.ProductPage:
        return catalog.list_products(
            store_id=self.store.id,
            filters=catalog.Filters(**filters),
            sort=sort,
            limit=limit,
            offset=offset,
            cursor=cursor,
            language=language,
            now=NOON,
        )

    def skus(self, **arguments: Any) -> list[str]:
        """What a list shows, in order."""
        return [card.sku for card in self.page(**arguments).cards]

    def find(self, typed: str) -> list[str]:
        """What a search shows, in order."""
        return self.skus(search=typed)


@pytest.fixture(autouse=True)
def storage(settings: Any, tmp_path: Path) -> Path:
    """Where this test's files are kept."""
    settings.MEDIA_ROOT = tmp_path / "kept"
    return tmp_path / "kept"


@pytest.fixture
def shop(db: None) -> Shop:
    shop = Shop(catalog.save_store(code="ben-thanh", name_en="Grocery Bến Thành", name_vi="Grocery Bến Thành"))
    shop.category("vegetables")
    return shop
