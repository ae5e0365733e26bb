# ruff: noqa: S608 - statements are put together from constants of this module; values are parameters
"""The hot reads: columns, not objects, each in one statement.

Rows come as tuples in the order of `CARD`. What narrows a list is a `Selection`: conditions over
`p` (the product) and `l` (its listing in the store), with their parameters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from typing import Any, Final, Self
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection

from grocery.catalog.models.orders import Match, Order, Place
from grocery.kernel import statements

type Row = tuple[Any, ...]
#: From here on a page is found first and looked up second: 360 ms became 9 ms at offset 20,000 of 51,000.
DEEP: Final = 500

#: The rate of a product's VAT group on a day. Lists show today's, by the law's calendar wherever a store stands.
_VAT: Final = """(SELECT r.rate FROM "catalog_vatrate" r WHERE r.group_id = p.vat_group_id
 AND r.starts_on <= {day} ORDER BY r.starts_on DESC LIMIT 1)"""
_DAY: Final = "(now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
_TODAY: Final = _VAT.format(day=_DAY)
_ON: Final = _VAT.format(day=f"coalesce(%(on)s::date, {_DAY})")
_SOLD: Final = """p.sku, p.name_en, p.name_vi, p.price, p.unit, p.step, p.net_content, p.net_unit,
 p.vat_group_id, {vat} AS vat_rate, p.perishable, p.min_freshness_days, p.image, p.photo,
 coalesce(nullif(p.tint, ''), c.tint) AS tint, p.category_id, p.dietary, p.allergens, p.max_per_order,
 p.piece_weight"""
ON_SALE: Final = _SOLD.format(vat=_TODAY)
#: The lowest price of the offers on the product that run in the store at this moment, if there is any.
_OFFERED: Final = "coalesce(s.price, p.price - round(p.price * s.percent / 100.0))"
_RUNS: Final = """FROM "catalog_shelfoffer" s WHERE s.sku = p.sku AND (s.store_id IS NULL OR s.store_id = {store})
 AND s.starts_at <= now() AND (s.ends_at IS NULL OR s.ends_at > now())"""
_OFFER: Final = f"(SELECT min({_OFFERED}) {_RUNS.format(store='here.id')})"
_ON_OFFER: Final = f"EXISTS (SELECT {_RUNS.format(store='%s')} AND {_OFFERED} < p.price)"
_IN_STORE: Final = (
    f"p.tags, coalesce(l.in_stock, false), l.earliest_expiry, {_OFFER} AS offer, p.brand_id, p.brand_name, p.storage"
)
CARD: Final = f"{ON_SALE}, {_IN_STORE}"
#: The same with the rate of the day that is asked for, if one is.
CARD_ON: Final = f"{_SOLD.format(vat=_ON)}, {_IN_STORE}"
#: All its own pictures in their order; one walk of the index `picture_of_product`.
_PICTURES: Final = """(SELECT coalesce(jsonb_agg(jsonb_build_array(i.key, i.width, i.height, i.alt_en, i.alt_vi)
 ORDER BY i.position, i.id), '[]') FROM "catalog_picture" i
 WHERE i.product_id = p.sku AND i.drawn_at IS NOT NULL AND i.removed_at IS NULL)"""
_DETAIL: Final = f"""{CARD}, p.gtin, p.description_en, p.description_vi, p.is_active, p.family,
 p.origin_country, p.origin_region_en, p.origin_region_vi, p.nutrition, {_PICTURES}"""
#: How many packs of one thing are shown.
_MOST_SIZES: Final = 24
CATEGORY: Final = 'JOIN "catalog_category" c ON c.id = p.category_id'
LISTING: Final = """CROSS JOIN (SELECT %s::uuid AS id) AS here
 LEFT JOIN "catalog_listing" l ON l.store_id = here.id AND l.sku = p.sku"""
LISTING_OF: Final = LISTING.replace("%s", "%(store)s")


_ON_SALE: Final = "p.is_active"
_IN_CATEGORY: Final = "p.category_id = %s"
_STEADY: Final = {_ON_SALE, _IN_CATEGORY}


@dataclass(slots=True)
class Selection:
    """Which products of one store; grows by what must hold."""

    store_id: UUID
    conditions: list[str] = field(default_factory=lambda: [_ON_SALE])
    params: list[Any] = field(default_factory=list)
    #: True once a condition asks about the listing.
    of_stock: bool = False
    #: True once a condition asks what runs at this moment.
    of_offers: bool = False

    def where(self, condition: str, *params: object) -> Self:
        self.conditions.append(condition)
        self.params.extend(params)
        self.of_stock = self.of_stock or "l." in condition
        return self

    def in_categories(self, ids: Sequence[UUID]) -> Self:
        if len(ids) == 1:  # equality lets one index give the order, too
            return self.where(_IN_CATEGORY, ids[0])
        return self.where("p.category_id = ANY(%s)", list(ids))

    def of_brands(self, slugs: Sequence[str]) -> Self:
        return self.where("p.brand_id = ANY(%s)", list(slugs))

    def perishable(self, *, wanted: bool) -> Self:
        return self.where("p.perishable" if wanted else "NOT p.perishable")

    def labelled(self, column: str, labels: Sequence[str]) -> Self:
        return self.where(f"p.{column} @> %s::varchar[]", list(labels))

    def free_of(self, allergens: Sequence[str]) -> Self:
        """Declared, and none of these among what is; NULL, not declared, is never free of anything."""
        return self.where("NOT (p.allergens && %s::varchar[])", list(allergens))

    def on_offer(self, *, wanted: bool) -> Self:
        """What an offer that runs at this moment lowers the price of."""
        self.of_offers = True
        return self.where(_ON_OFFER if wanted else f"NOT {_ON_OFFER}", self.store_id)

    def priced(self, least: int | None, most: int | None) -> Self:
        if least is not None:
            self.where("p.price >= %s", least)
        return self if most is None else self.where("p.price <= %s", most)

    def perhaps_in_stock(self) -> Self:
        """In stock, or never counted."""
        return self.where("l.in_stock IS NOT FALSE")

    def in_stock(self, *, wanted: bool) -> Self:
        return self.where("l.in_stock" if wanted else "l.in_stock IS NOT TRUE")

    def expires_by(self, day: date, *, wanted: bool) -> Self:
        near = "l.in_stock AND l.earliest_expiry <= %s"
        return self.where(near if wanted else f"({near}) IS NOT TRUE", day)

    @property
    def steady(self) -> bool:
        """Whether a walk along its index is best whatever the values are."""
        return all(one in _STEADY for one in self.conditions)

    @property
    def passing(self) -> bool:
        """Whether it changes without a new version of the catalogue."""
        return self.of_stock or self.of_offers

    @property
    def fingerprint(self) -> str:
        """The same of the same conditions; of which store counts where they ask about its listing."""
        return repr((self.store_id if self.of_stock else None, self.conditions, self.params))

    @property
    def narrowed(self) -> bool:
        return len(self.conditions) > 1

    @property
    def narrowing(self) -> str:
        return " AND ".join(self.conditions[1:]) or "true"  # beside being on sale

    @property
    def _where(self) -> str:
        return " AND ".join(self.conditions)

    def page(self, order: Order, *, limit: int, offset: int = 0, after: Place | None = None) -> list[Row]:
        """So many cards from the offset, or from behind a place, on; after each card the `columns` of the order."""
        if after is not None:
            return self.walked(order.after(after), columns=order.columns, limit=limit)
        if len(order.stretches) > 1:
            return self.walked(order.parts, columns=order.columns, limit=limit, offset=offset)
        if offset > DEEP:
            return self._deep_page(order, limit, offset)
        [part] = order.parts
        cards = (
            f'SELECT {CARD}, {", ".join(order.columns)} FROM "catalog_product" p {CATEGORY} {LISTING}'
            f" WHERE {self._where} ORDER BY {part.order} LIMIT"
        )
        if self.steady and not offset:
            return _prepared(f"{cards} {limit:d}", [self.store_id, *self.params])
        return rows(f"{cards} %s OFFSET %s", [self.store_id, *self.params, limit, offset])

    def _deep_page(self, order: Order, limit: int, offset: int) -> list[Row]:
        """What is passed over is passed over in the index, and only what is shown is looked up."""
        [part] = order.parts
        listing, store = (LISTING, [self.store_id]) if self.of_stock else ("", [])
        return rows(
            f'SELECT {CARD}, {", ".join(order.columns)} FROM (SELECT p.sku FROM "catalog_product" p {listing}'
            f" WHERE {self._where} ORDER BY {part.order} LIMIT %s OFFSET %s) AS shown"
            f' JOIN "catalog_product" p USING (sku) {CATEGORY} {LISTING} ORDER BY {part.order}',
            [*store, *self.params, limit, offset, self.store_id],
        )

    def ranked(self, steps: Sequence[Sequence[Match]], *, limit: int, offset: int = 0) -> list[Row]:
        """SKU and names of what matches in the first way, then in the next only …; popular ones first.

        Each kind of match is a query of its own under one LIMIT: a later one runs only when the earlier ones do not
        fill the page. The planner works on all that are asked together, for longer than it takes to run them: those
        of a later step are only asked where the steps before have left room.
        """
        if offset:
            return self._ranked([], list(chain.from_iterable(steps)), limit, offset)
        found: list[Row] = []
        asked: list[Match] = []
        for kinds in steps:
            if len(found) < limit:
                found += self._ranked(asked, kinds, limit - len(found), 0)
                asked += kinds
        return found

    def _ranked(self, before: Sequence[Match], kinds: Sequence[Match], limit: int, offset: int) -> list[Row]:
        """One step, without what any kind `before` it finds."""
        parts = []
        for rank, kind in enumerate(kinds):
            known = [*before, *kinds[:rank]]
            earlier = [one for one in known if one.within not in known]
            sql = " AND ".join([kind.sql, *(f"NOT coalesce({e.sql}, false)" for e in earlier)])
            parts.append(replace(kind, sql=sql, params=(*kind.params, *(p for e in earlier for p in e.params))))
        walks, params = self._walks(parts, "p.sku, p.name_vi, p.name_en", limit + offset)
        return rows(f"{walks} LIMIT %s OFFSET %s", [*params, limit, offset])

    def walked(
        self, parts: Sequence[Match], *, limit: int, offset: int = 0, columns: Sequence[str] = ()
    ) -> list[Row]:
        """Cards of the first part, then those of the next …, each in its own order; no card is in two of them.

        Cards are looked up once, behind: the planner works on each branch.
        """
        walks, params = self._walks(parts, "p.sku", limit + offset)
        return rows(
            f"SELECT {', '.join([CARD, *columns])} FROM (SELECT sku, row_number() OVER () AS place"
            f" FROM ({walks} LIMIT %s OFFSET %s) AS found) AS shown"
            f' JOIN "catalog_product" p USING (sku) {CATEGORY} {LISTING} ORDER BY place',
            [*params, limit, offset, self.store_id],
        )

    def _walks(self, parts: Sequence[Match], columns: str, most: int) -> tuple[str, list[Any]]:
        """Each part as a query of its own: under one LIMIT a later one runs only when the earlier do not fill it."""
        branches: list[str] = []
        params: list[Any] = []
        for part in parts:
            listing, store = (LISTING, [self.store_id]) if self.of_stock or part.of_stock else ("", [])
            branches.append(
                f'(SELECT {columns} FROM "catalog_product" p {listing}'
                f" WHERE {' AND '.join([*self.conditions, part.sql])} ORDER BY {part.order} LIMIT %s)"
            )
            params += [*store, *self.params, *part.params, most]
        return " UNION ALL ".join(branches) if len(branches) > 1 else f"SELECT * FROM {branches[0]} AS walk", params

    def exists(self) -> bool:
        listing, params = (LISTING, [self.store_id]) if self.of_stock else ("", [])
        sql = f'SELECT FROM "catalog_product" p {listing} WHERE {self._where} LIMIT 1'
        return bool(rows(sql, [*params, *self.params]))

    @property
    def counting(self) -> tuple[str, list[Any]]:
        """The statement that counts it, with its parameters."""
        listing, store = (LISTING, [self.store_id]) if self.of_stock else ("", [])
        return f'SELECT count(*) FROM "catalog_product" p {listing} WHERE {self._where}', [*store, *self.params]

    def count(self) -> int:
        return int(rows(*self.counting)[0][0])

    def count_by_category(self) -> dict[UUID, int]:
        listing, params = (LISTING, [self.store_id]) if self.of_stock else ("", [])
        return dict(
            rows(
                f'SELECT p.category_id, count(*) FROM "catalog_product" p {listing} WHERE {self._where} GROUP BY 1',
                [*params, *self.params],
            )
        )


#: What sells in the store comes first, then what sells or is thought to sell anywhere.
SELLING: Final = (
    Match("l.sold_7d > 0", order="l.sold_7d DESC, p.popularity DESC, p.sku", of_stock=True),
    Match("coalesce(l.sold_7d, 0) = 0", of_stock=True),
)


def on_sale_after(sku: str, *, limit: int) -> list[Row]:
    """`ON_SALE` of the next `limit` products after `sku`, in the order of their SKUs."""
    return rows(
        f'SELECT {ON_SALE} FROM "catalog_product" p {CATEGORY}'
        " WHERE p.is_active AND p.sku > %s ORDER BY p.sku LIMIT %s",
        [sku, limit],
    )


#: Rates and the way up are worked out once per group and category, not once per product.
_TO_BUY: Final = f"""
WITH RECURSIVE rate AS MATERIALIZED (
  SELECT DISTINCT ON (group_id) group_id, rate FROM "catalog_vatrate" WHERE starts_on <= %s
  ORDER BY group_id, starts_on DESC
), sold AS MATERIALIZED (
  SELECT {_SOLD.format(vat="rate.rate")}
  FROM "catalog_product" p {CATEGORY} LEFT JOIN rate ON rate.group_id = p.vat_group_id
  WHERE p.is_active AND p.sku = ANY(%s)
), above (leaf, id) AS (
  SELECT DISTINCT category_id, category_id FROM sold
  UNION ALL
  SELECT above.leaf, c.parent_id FROM above JOIN "catalog_category" c USING (id) WHERE c.parent_id IS NOT NULL
), way AS MATERIALIZED (SELECT leaf, array_agg(id) AS up FROM above GROUP BY leaf)
SELECT sold.*, way.up FROM sold JOIN way ON way.leaf = sold.category_id
"""


def on_sale(skus: Iterable[str]) -> list[Row]:
    """`ON_SALE` of those that are sold."""
    return rows(
        f'SELECT {ON_SALE} FROM "catalog_product" p {CATEGORY} WHERE p.is_active AND p.sku = ANY(%s)',
        [list(skus)],
    )


def to_buy(skus: Iterable[str], *, on: date) -> list[Row]:
    """`ON_SALE` of those that are sold, with the VAT rates of that day; then the ids of each one's categories."""
    return statements.rows(DEFAULT_DB_ALIAS, _TO_BUY, [on, list(skus)])


def cards(skus: Iterable[str], *, store_id: UUID, on: date | None) -> list[Row]:
    """`CARD` of those that are sold; `on`: with the VAT rates of that day."""
    return _prepared(
        f'SELECT {CARD_ON} FROM "catalog_product" p {CATEGORY} {LISTING_OF}'
        " WHERE p.is_active AND p.sku = ANY(%(skus)s)",
        {"store": store_id, "skus": list(skus), "on": on},
    )


def in_order(skus: Sequence[str], *, store_id: UUID, on: date | None = None) -> list[Row]:
    """The same in the order of `skus`. No statement where there are none."""
    found = {row[0]: row for row in cards(skus, store_id=store_id, on=on)} if skus else {}
    return [found[sku] for sku in skus if sku in found]


def sizes(families: Iterable[str], *, store_id: UUID) -> list[Row]:
    """The family, then `CARD`, of the packs that are sold of each of these families; small ones first."""
    return _prepared(
        f"""SELECT named.family, {CARD} FROM unnest(%s::text[]) AS named (family) CROSS JOIN LATERAL (
           SELECT * FROM "catalog_product" q WHERE q.is_active AND q.family = named.family AND q.family <> \'\'
           ORDER BY q.net_unit, q.net_content, q.sku LIMIT %s) AS p {CATEGORY} {LISTING}
           ORDER BY named.family, p.net_unit, p.net_content, p.sku""",
        [list(families), _MOST_SIZES, store_id],
    )


def details(skus: Iterable[str], *, store_id: UUID) -> list[Row]:
    """`CARD`, then GTIN, both descriptions, whether it is on sale, its family, its origin and its nutrition."""
    return _prepared(
        f'SELECT {_DETAIL} FROM "catalog_product" p {CATEGORY} {LISTING} WHERE p.sku = ANY(%s)',
        [store_id, list(skus)],
    )


def _prepared(sql: str, params: Sequence[Any] | Mapping[str, Any]) -> list[Row]:
    """Planned once per connection: of what is best done in one way whatever the values are."""
    return statements.rows(DEFAULT_DB_ALIAS, sql, params)


def rows(sql: str, params: Sequence[Any] | Mapping[str, Any]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
