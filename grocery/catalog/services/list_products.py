"""Lists of products, and single ones."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Self

from grocery.catalog.contracts import (
    Filters,
    ProductCard,
    ProductDetail,
    ProductOnSale,
    ProductPage,
    Sku,
    Sort,
    StoreId,
)
from grocery.catalog.models import orders, reading, stand_ins
from grocery.catalog.models.orders import Order, Place
from grocery.catalog.models.prices import lowest_before_offers
from grocery.catalog.models.reading import Selection
from grocery.catalog.policies import EXPIRES_SOON_DAYS
from grocery.catalog.services import cursors, nearest, search, versions
from grocery.catalog.services.cards import CARD_COLUMNS, card, detail_fields, product_on_sale, product_to_buy
from grocery.catalog.services.categories import tree
from grocery.catalog.services.cursors import Cursor
from grocery.catalog.services.search import Found
from grocery.catalog.services.stores import store
from grocery.kernel.clock import local_date
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.money import Money

CHUNK: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which part of a list is wanted. One row more is read than is shown: it tells whether there is a next page.

    `order` None: by relevance. What a cursor led to is not counted again.
    """

    order: Order | None
    limit: int
    offset: int = 0
    after: Place | None = None
    counted: bool = True
    #: What a search answers instead of what was typed, as the cursor knows it.
    meant: str | None = None

    @classmethod
    def at(cls, cursor: Cursor, *, order: Order | None, limit: int) -> Self:
        if order is None:
            return cls(order=None, limit=limit, offset=int(cursor.at[0]), counted=False, meant=cursor.meant)
        return cls(
            order=order, limit=limit, after=Place(cursor.at[0], cursor.at[1:]), counted=False, meant=cursor.meant
        )

    def read(self, chosen: Selection, order: Order) -> Found:
        limit = self.limit + 1
        rows = chosen.page(order, limit=limit, offset=self.offset, after=self.after)
        total = counted(chosen, len(rows), limit, self.offset) if self.counted else None
        return Found(rows, total, self.meant)

    def search(self, chosen: Selection, typed: str) -> Found:
        """What answers what was typed, or what a cursor knows was meant."""
        order, typed = self.order, self.meant or typed
        if order is not None:
            forgiving = self.counted and not self.offset
            return search.in_an_order(chosen, typed, lambda some: self.read(some, order), forgiving=forgiving)
        found = search.by_relevance(chosen, typed=typed, limit=self.limit + 1, offset=self.offset, count=counted)
        return found if self.counted else Found(found.rows, None, self.meant)

    def next(self, found: Found) -> Cursor | None:
        """What leads to the page behind this one."""
        if len(found.rows) <= self.limit:
            return None
        if self.order is None:
            return Cursor((self.offset + self.limit,), found.meant)
        stretch, values = self.order.place(found.rows[self.limit - 1][CARD_COLUMNS:])
        return Cursor((stretch, *values), found.meant)


def list_products(
    *,
    store_id: StoreId,
    filters: Filters,
    sort: Sort | None,
    limit: int,
    offset: int,
    cursor: str | None,
    language: str,
    now: datetime,
) -> ProductPage:
    """One page of what the filters leave, counted unless a cursor led to it."""
    if cursor is not None and offset:
        raise Invalid("offset", "A cursor takes the place of an offset.", "Đã có con trỏ thì không dùng offset.")
    typed = filters.search.strip()
    sort = _meant(sort, searching=bool(typed))
    order = None if sort is Sort.RELEVANCE else orders.order(sort, language=language)
    seal = cursors.list_seal(store_id=store_id, filters=filters, sort=sort, language=language)
    if cursor is not None:
        window = Window.at(cursors.opened(cursor, seal), order=order, limit=limit)
    else:
        window = Window(order=order, limit=limit, offset=offset)
    chosen = selection(store_id=store_id, filters=filters, now=now)
    found = window.read(chosen, order) if order and not typed else window.search(chosen, filters.search)
    return _page(found, window, seal)


def _meant(sort: Sort | None, *, searching: bool) -> Sort:
    if sort in {None, Sort.RELEVANCE}:
        return Sort.RELEVANCE if searching else Sort.POPULAR
    return Sort(sort)


def _page(found: Found, window: Window, seal: str) -> ProductPage:
    cards = [card(row) for row in found.rows[: window.limit]]
    names = (name for card in cards for name in (card.name_vi, card.name_en))
    following = window.next(found)
    return ProductPage(
        total=found.total,
        cards=cards,
        did_you_mean=nearest.spelled(found.meant, names) if found.meant else None,
        next_cursor=cursors.sealed(following, seal) if following else None,
    )


def selection(*, store_id: StoreId, filters: Filters, now: datetime) -> Selection:
    """The filters as conditions. Raises NotFound for an unknown store or category, Invalid for prices upside down."""
    least, most = filters.min_price, filters.max_price
    if least is not None and most is not None and least > most:
        raise Invalid(
            "max_price",
            "The highest price must not be below the lowest.",
            "Giá cao nhất không được thấp hơn giá thấp nhất.",
        )
    chosen = Selection(store_id)
    zone = store(store_id=store_id).zone
    if filters.category is not None:
        chosen.in_categories([node.id for node in tree().named(filters.category).subtree()])
    if filters.brand:
        chosen.of_brands(filters.brand)
    if filters.allergen_free:
        chosen.free_of(filters.allergen_free)
    if filters.is_perishable is not None:
        chosen.perishable(wanted=filters.is_perishable)
    for column, labels in (("dietary", filters.dietary), ("tags", filters.tags)):
        if labels:
            chosen.labelled(column, labels)
    if filters.on_offer is not None:
        chosen.on_offer(wanted=filters.on_offer)
    if filters.in_stock is not None:
        chosen.in_stock(wanted=filters.in_stock)
    if filters.expires_soon is not None:
        near = local_date(now, zone=zone) + timedelta(days=EXPIRES_SOON_DAYS)
        chosen.expires_by(near, wanted=filters.expires_soon)
    return chosen.priced(least, most)


def counted(chosen: Selection, shown: int, limit: int, offset: int) -> int:
    """How many there are: plain from a page that is not full, otherwise counted once per version."""
    if shown < limit and (shown or not offset):
        return offset + shown
    if chosen.of_offers:  # they begin and end by the clock, which gives no new version
        return chosen.count()
    names = (versions.CATALOG, versions.stock_of(chosen.store_id)) if chosen.of_stock else (versions.CATALOG,)
    return versions.shared(hashlib.sha256(chosen.fingerprint.encode()).hexdigest(), names, chosen.count)


def everything_on_sale() -> Iterator[ProductOnSale]:
    """Every product that is sold, in the order of the SKUs, read in chunks."""
    after = ""
    while chunk := reading.on_sale_after(after, limit=CHUNK):
        after = chunk[-1][0]
        yield from map(product_on_sale, chunk)


def products_on_sale(*, skus: Iterable[Sku], on: date | None) -> dict[Sku, ProductOnSale]:
    found = (
        map(product_on_sale, reading.on_sale(skus))
        if on is None
        else map(product_to_buy, reading.to_buy(skus, on=on))
    )
    return {product.sku: product for product in found}


def cards(*, skus: Iterable[Sku], store_id: StoreId, on: date | None) -> list[ProductCard]:
    """In the order of `skus`; what is not sold is left out."""
    return [card(row) for row in reading.in_order(list(skus), store_id=store_id, on=on)]


def similar(*, sku: Sku, store_id: StoreId, limit: int, on: date | None) -> list[ProductCard]:
    return [card(row) for row in stand_ins.similar(sku, store_id=store_id, limit=limit, on=on)]


def popular(*, store_id: StoreId, category: str | None, limit: int) -> list[ProductCard]:
    """What sells in this store."""
    chosen = Selection(store(store_id=store_id).id).perhaps_in_stock()
    if category is not None:
        chosen.in_categories([node.id for node in tree().named(category).subtree()])
    return [card(row) for row in chosen.walked(reading.SELLING, limit=limit)]


def similar_to_each(*, skus: Iterable[Sku], store_id: StoreId, limit: int) -> dict[Sku, list[ProductCard]]:
    found: dict[Sku, list[ProductCard]] = {sku: [] for sku in skus}
    for original, *row in stand_ins.similar_to_each(list(found), store_id=store_id, limit=limit):
        found[original].append(card(tuple(row)))
    return found


def product(*, sku: Sku, store_id: StoreId) -> ProductDetail:
    found = details(skus=[sku], store_id=store_id)
    if sku not in found:
        raise NotFound("product", sku)
    return found[sku]


def details(*, skus: Iterable[Sku], store_id: StoreId) -> dict[Sku, ProductDetail]:
    here = store(store_id=store_id).id
    rows = reading.details(skus, store_id=here)
    priced = [detail_fields(row) for row in rows if row[3] is not None]  # never priced, so never shown
    packs = _packs({fields["family"] for fields in priced} - {""}, here)
    lowest = _lowest([fields["sku"] for fields in priced if fields["offer_price"]], here)
    trail = tree().trail
    return {
        fields["sku"]: ProductDetail(
            **fields,
            trail=trail(fields["category_id"]),
            lowest_price_30d=lowest.get(fields["sku"]),
            sizes=tuple(pack for pack in packs[fields["family"]] if pack.sku != fields["sku"]),
        )
        for fields in priced
    }


def _lowest(reduced: Collection[Sku], store_id: StoreId) -> Mapping[Sku, Money]:
    """The lowest that was asked for each of these in the 30 days before its offer began."""
    found = lowest_before_offers(reduced, store_id=store_id) if reduced else {}
    return {Sku(sku): Money(price) for sku, price in found.items()}


def _packs(families: Collection[str], store_id: StoreId) -> Mapping[str, list[ProductCard]]:
    """The packs of each of these families that are sold, small ones first."""
    packs: dict[str, list[ProductCard]] = defaultdict(list)
    for family, *row in reading.sizes(families, store_id=store_id) if families else ():
        packs[family].append(card(tuple(row)))
    return packs
