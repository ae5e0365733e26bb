"""Rows of the hot reads become what other domains see."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from decimal import Decimal
from typing import Any, Final

import orjson

from grocery.catalog.contracts import (
    Brand,
    CategoryId,
    NetUnit,
    Origin,
    ProductCard,
    ProductOnSale,
    Sku,
    Storage,
    Tint,
    Unit,
)
from grocery.catalog.contracts.pictures import Photo, Picture
from grocery.catalog.models.reading import Row
from grocery.catalog.policies import countries, nutrition
from grocery.catalog.policies.unit_price import unit_price
from grocery.kernel.money import Money
from grocery.kernel.quantity import Quantity

_UNITS: Final = {unit.value: unit for unit in Unit}
_NET_UNITS: Final[dict[str, NetUnit | None]] = {"": None, **{unit.value: unit for unit in NetUnit}}
_STORAGES: Final[dict[str, Storage | None]] = {"": None, **{storage.value: storage for storage in Storage}}
_TINTS: Final = {tint.value: tint for tint in Tint}
#: The columns of `reading.ON_SALE`, and how many more `reading.CARD` has.
SALE_COLUMNS: Final = 20
CARD_COLUMNS: Final = 27
#: Those that differ from store to store: in stock, earliest expiry, the price while an offer runs.
_OF_STORE: Final = slice(SALE_COLUMNS + 1, SALE_COLUMNS + 4)


class _Lately[T]:
    """What was made of rows lately: of the very same row it is the answer again. Some 2 KB each."""

    def __init__(self, make: Callable[[Row], T]) -> None:
        self._make = make
        self._made: dict[Hashable, tuple[Row, T]] = {}

    def of(self, row: Row, key: Hashable) -> T:
        """`key`: what tells this row from those that are as good at the same time."""
        known = self._made.get(key)
        if known is None or known[0] != row:
            if len(self._made) >= _KEPT:
                self._made.clear()
            known = self._made[key] = (row, self._make(row))
        return known[1]


_KEPT: Final = 8192


def product_on_sale(row: Row) -> ProductOnSale:
    """One row of `reading.ON_SALE`."""
    return ProductOnSale(**_sold(row))


def product_to_buy(row: Row) -> ProductOnSale:
    """One row of `reading.to_buy`: a cart is looked at each time that something is put into it."""
    return _bought.of(row, row[0])


def card(row: Row) -> ProductCard:
    """One row of `reading.CARD`, with or without more behind it: what is popular is looked at all the time."""
    row = row[:CARD_COLUMNS]
    return _shown.of(row, (row[0], *row[_OF_STORE]))


def _sold(row: Row) -> dict[str, Any]:
    # fmt: off
    (
        sku, name_en, name_vi, minor, unit, step, net, net_unit, vat_group, vat, perishable, fresh, image, photo,
        tint, category, dietary, allergens, most, piece,
    ) = row[:SALE_COLUMNS]
    # fmt: on
    price, unit, net_unit = Money(minor or 0), _UNITS[unit], _NET_UNITS[net_unit]
    per_unit = unit_price(price=price, unit=unit, net_content=net, net_unit=net_unit)
    return {
        "sku": Sku(sku),
        "name_en": name_en,
        "name_vi": name_vi,
        "price": price,
        "unit": unit,
        "step": Quantity(step),
        "net_content": net,
        "net_unit": net_unit,
        "vat_group": vat_group,
        "vat_rate": vat,
        "perishable": perishable,
        "min_freshness_days": fresh or 0,
        "image": photo or image,
        "drawn": image,
        "tint": _TINTS[tint],
        "category_id": CategoryId(category),
        "unit_price": per_unit[0] if per_unit else None,
        "unit_price_per": per_unit[1] if per_unit else None,
        "dietary": tuple(dietary),
        "allergens": None if allergens is None else tuple(allergens),
        "max_per_order": Quantity(most),
        "piece_weight": Quantity(piece) if piece else None,
    }


def listed(row: Row) -> dict[str, Any]:
    """What `reading.CARD` adds."""
    tags, in_stock, earliest_expiry, offer, brand, brand_name, storage = row[SALE_COLUMNS:CARD_COLUMNS]
    return {
        "tags": tuple(tags),
        "in_stock": in_stock,
        "earliest_expiry": earliest_expiry,
        "storage": _STORAGES[storage],
        "brand": Brand(slug=brand, name=brand_name) if brand else None,
        **_offered(row, offer),
    }


def _offered(row: Row, offer: Decimal | None) -> dict[str, Any]:
    """The price while an offer runs, and what it comes to per kg, l or piece."""
    list_price, unit, net, net_unit = row[3], _UNITS[row[4]], row[6], _NET_UNITS[row[7]]
    if offer is None or list_price is None or offer >= list_price:
        return {"offer_price": None}
    price = Money(int(offer))
    per_unit = unit_price(price=price, unit=unit, net_content=net, net_unit=net_unit)
    return {"offer_price": price, "unit_price": per_unit[0] if per_unit else None}


def detail_fields(row: Row) -> dict[str, Any]:
    """All of one row of `reading.detail`."""
    gtin, description_en, description_vi, active, family, *origin, told, pictures = row[CARD_COLUMNS:]
    return {
        **_sold(row),
        **listed(row),
        "gtin": gtin,
        "description_en": description_en,
        "description_vi": description_vi,
        "active": active,
        "pictures": tuple(_picture(*one) for one in orjson.loads(pictures)),
        "family": family,
        "origin": _origin(*origin),
        "nutrition": nutrition.read(told and orjson.loads(told)),
    }


def _origin(country: str, region_en: str, region_vi: str) -> Origin | None:
    if not country:
        return None
    en, vi = (countries.names(language).get(country, country) for language in ("en", "vi"))
    return Origin(country=country, country_en=en, country_vi=vi, region_en=region_en, region_vi=region_vi)


def _picture(key: str, width: int, height: int, alt_en: str, alt_vi: str) -> Picture:
    return Picture(photo=Photo(key=key, width=width, height=height), alt_en=alt_en, alt_vi=alt_vi)


_bought: Final = _Lately(
    lambda row: ProductOnSale(**_sold(row), categories=tuple(map(CategoryId, row[SALE_COLUMNS])))
)
_shown: Final = _Lately(lambda row: ProductCard(**_sold(row) | listed(row)))
