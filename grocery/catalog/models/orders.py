"""The orders of lists: each is a walk along an index that stops at the page's end, and can go on where it stopped.

An order is one stretch, or several: first the products that have a value in a stretch's leading column, then, in the
order of the next stretch, those that have none there. So nothing is ever sorted by NULLs, and whatever comes after a
given product is again a few walks: among its equals, beyond them, and along the stretches that follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from grocery.catalog.contracts import Sort


class Key(NamedTuple):
    """A column to order by; `type` is what its value is read as when it comes back in a cursor."""

    column: str
    type: str
    descending: bool = False

    @property
    def beyond(self) -> str:
        """Where the values that come after a given one are."""
        return f"{self.column} {'<' if self.descending else '>'} %s::{self.type}"

    @property
    def equal(self) -> str:
        return f"{self.column} = %s::{self.type}"

    def __str__(self) -> str:
        return f"{self.column} DESC" if self.descending else self.column


@dataclass(frozen=True, slots=True)
class Match:
    """One way in which a product can answer, or one part of a list; in an order of its own."""

    sql: str
    params: tuple[object, ...] = ()
    order: str = "p.popularity DESC, p.sku"
    #: Whether it asks about the listing, or orders by it.
    of_stock: bool = False
    #: A wider kind that finds all of this one, too.
    within: Match | None = None


class Place(NamedTuple):
    """Where a list stopped: in which stretch, and the values of its keys there."""

    stretch: int
    values: tuple[Any, ...]


type Stretch = tuple[Key, ...]


class Order(NamedTuple):
    stretches: tuple[Stretch, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is ordered by, once."""
        return tuple(dict.fromkeys(key.column for stretch in self.stretches for key in stretch))

    @property
    def parts(self) -> list[Match]:
        """The whole list, one part per stretch."""
        return [self._part(number) for number in range(len(self.stretches))]

    def after(self, place: Place) -> list[Match]:
        """What comes behind a place: among those equal in all keys but the last, in all but two …, then the rest."""
        stretch = self.stretches[place.stretch]
        here = self._part(place.stretch)
        parts = []
        for depth in reversed(range(len(stretch))):
            conditions = [key.equal for key in stretch[:depth]] + [stretch[depth].beyond]
            sql = " AND ".join([here.sql, *conditions])
            parts.append(Match(sql, place.values[: depth + 1], here.order, here.of_stock))
        return parts + self.parts[place.stretch + 1 :]

    def place(self, values: Sequence[Any]) -> Place:
        """Where a product stands whose `columns` have these values."""
        known = dict(zip(self.columns, values, strict=True))
        number = next(n for n, stretch in enumerate(self.stretches) if known[stretch[0].column] is not None)
        return Place(number, tuple(known[key.column] for key in self.stretches[number]))

    def _part(self, number: int) -> Match:
        leads = [stretch[0].column for stretch in self.stretches[: number + 1]]
        holds = [f"{lead} IS NULL" for lead in leads[:-1]]
        if number < len(self.stretches) - 1:
            holds.append(f"{leads[-1]} IS NOT NULL")
        order = ", ".join(map(str, self.stretches[number]))
        sql = " AND ".join(holds) or "true"
        return Match(sql, order=order, of_stock="l." in sql + order)


_SKU: Final = Key("p.sku", "text")
_SKU_BACK: Final = Key("p.sku", "text", descending=True)
_POPULAR: Final = (Key("p.popularity", "bigint", descending=True), _SKU)

_ORDERS: Final = {
    Sort.POPULAR: Order((_POPULAR,)),
    Sort.PRICE: Order(((Key("p.price", "bigint"), _SKU),)),
    Sort.PRICE_DESC: Order(((Key("p.price", "bigint", descending=True), _SKU_BACK),)),
    Sort.UNIT_PRICE: Order(((Key("p.unit_price", "bigint"), _SKU), (_SKU,))),
    Sort.NEWEST: Order(((Key("p.created_at", "timestamptz", descending=True), _SKU),)),
    # Both keys backwards: then the index of what expires is walked from its end.
    Sort.FRESH: Order(((Key("l.earliest_expiry", "date", descending=True), _SKU_BACK), _POPULAR)),
}
_BY_NAME: Final = {
    "vi": Order(((Key("p.name_vi", "text"), _SKU),)),
    "en": Order(((Key("p.name_en", "text"), _SKU),)),
}


def order(sort: Sort, *, language: str) -> Order:
    """The order of any sort but relevance, which a search makes itself."""
    return _BY_NAME[language] if sort is Sort.NAME else _ORDERS[sort]
