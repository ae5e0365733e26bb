"""What is answered: members by name, `name` in the language asked for, `names` in both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from grocery.catalog import public as catalog
from grocery.catalog.api.parameters import FilterParameters, ListParameters
from grocery.catalog.public import (
    Category,
    Filters,
    Nutrition,
    Origin,
    Photo,
    Picture,
    ProductCard,
    ProductDetail,
    Store,
    StoreId,
)
from grocery.kernel import clock


def page(query: ListParameters, language: str) -> dict[str, Any]:
    """What a list, filtered and sorted, comes to."""
    found = catalog.list_products(
        store_id=store_id(query.store),
        filters=_filters(query),
        sort=query.sort,
        limit=query.limit,
        offset=query.offset,
        cursor=query.cursor,
        language=language,
        now=clock.now(),
    )
    return {
        "total": found.total,
        "limit": query.limit,
        "offset": None if query.cursor else query.offset,
        "next_cursor": found.next_cursor,
        "did_you_mean": found.did_you_mean,
        "products": only(query.fields, of_cards(found.cards, language)),
    }


def facets(query: FilterParameters, language: str) -> dict[str, Any]:
    """What a list can be narrowed to next."""
    found = catalog.facets(store_id=store_id(query.store), filters=_filters(query), now=clock.now())
    return {
        "total": found.total,
        "categories": [
            {
                "slug": hit.category.slug,
                "parent": hit.category.parent_slug,
                **named(hit.category, language),
                "products": hit.products,
            }
            for hit in found.categories
        ],
        "brands": [
            {"slug": hit.brand.slug, "name": hit.brand.name, "products": hit.products} for hit in found.brands
        ],
        **{
            kind: [{"value": one.value, "products": one.products} for one in getattr(found, kind)]
            for kind in ("dietary", "allergen_free", "tags")
        },
        "prices": [
            {"min_price": band.min_price, "max_price": band.max_price, "products": band.products}
            for band in found.prices
        ],
        "is_perishable": found.is_perishable,
        "expires_soon": found.expires_soon,
        "on_offer": found.on_offer,
        "in_stock": found.in_stock,
    }


def only(fields: Sequence[str], products: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """These members of each product; all where none is named."""
    return [{name: product[name] for name in fields} for product in products] if fields else products


def suggestions(*, typed: str, limit: int, store: UUID | None, language: str) -> dict[str, Any]:
    found = catalog.suggest(query=typed, store_id=store_id(store), limit=limit, language=language)
    return {
        "did_you_mean": found.did_you_mean,
        "phrases": found.phrases,
        "categories": [
            {"slug": hit.category.slug, **named(hit.category, language), "products": hit.products}
            for hit in found.categories
        ],
        "products": of_cards(found.cards, language),
    }


def store_id(asked: UUID | None) -> StoreId:
    return StoreId(asked) if asked else catalog.default_store().id


def _filters(query: FilterParameters) -> Filters:
    return Filters(
        category=query.category,
        brand=tuple(query.brand),
        is_perishable=query.is_perishable,
        dietary=tuple(query.dietary),
        allergen_free=tuple(query.allergen_free),
        tags=tuple(query.tags),
        expires_soon=query.expires_soon,
        in_stock=query.in_stock,
        on_offer=query.on_offer,
        search=query.search,
        min_price=query.min_price,
        max_price=query.max_price,
    )


def of_store(store: Store, language: str) -> dict[str, Any]:
    return {
        "id": store.id,
        "code": store.code,
        **named(store, language),
        "zone": store.zone,
        "address": store.address,
        "phone": store.phone,
    }


def of_category(node: Category, language: str) -> dict[str, Any]:
    return {
        "id": node.id,
        "slug": node.slug,
        **named(node, language),
        "tint": node.tint,
        "image": node.image,
        "products": node.products,
        "children": [of_category(child, language) for child in node.children],
    }


def named(thing: Store | Category | ProductCard, language: str) -> dict[str, Any]:
    return {"name": thing.name(language), "names": {"en": thing.name_en, "vi": thing.name_vi}}


def of_cards(cards: Iterable[ProductCard], language: str) -> list[dict[str, Any]]:
    return [of_card(card, language) for card in cards]


def of_card(card: ProductCard, language: str) -> dict[str, Any]:
    return {
        "sku": card.sku,
        **named(card, language),
        "price": card.price_now.minor,
        "price_before": card.price.minor if card.offer_price else None,
        "percent_off": card.percent_off,
        "unit": card.unit,
        "step": card.step,
        "net_content": card.net_content,
        "net_unit": card.net_unit,
        "unit_price": card.unit_price.minor if card.unit_price else None,
        "unit_price_per": card.unit_price_per,
        "vat_rate": card.vat_rate,
        "perishable": card.perishable,
        "min_freshness_days": card.min_freshness_days,
        "image": card.drawn,
        "photo": of_photo(Photo.of(card.image)),
        "tint": card.tint,
        "category_id": card.category_id,
        "dietary": card.dietary,
        "allergens": card.allergens,
        "max_per_order": card.max_per_order,
        "piece_weight": card.piece_weight,
        "tags": card.tags,
        "brand": {"slug": card.brand.slug, "name": card.brand.name} if card.brand else None,
        "storage": card.storage,
        "in_stock": card.in_stock,
        "earliest_expiry": card.earliest_expiry,
    }


def of_photo(photo: Photo | None) -> dict[str, Any] | None:
    if photo is None:
        return None
    return {
        "url": catalog.photo_address(photo, "{width}", "{format}"),
        "widths": photo.widths,
        "formats": catalog.KINDS,
        "width": photo.width,
        "height": photo.height,
    }


def of_picture(picture: Picture, language: str) -> dict[str, Any]:
    return {
        **(of_photo(picture.photo) or {}),
        "alt": picture.alt(language),
        "alts": {"en": picture.alt_en, "vi": picture.alt_vi},
    }


def of_product(detail: ProductDetail, language: str) -> dict[str, Any]:
    return {
        **of_card(detail, language),
        "description": detail.description(language),
        "descriptions": {"en": detail.description_en, "vi": detail.description_vi},
        "gtin": detail.gtin,
        "active": detail.active,
        "images": [of_picture(one, language) for one in detail.pictures],
        "origin": _origin(detail.origin, language) if detail.origin else None,
        "nutrition": _nutrition(detail.nutrition) if detail.nutrition else None,
        "lowest_price_30d": detail.lowest_price_30d.minor if detail.lowest_price_30d else None,
        "family": detail.family,
        "sizes": of_cards(detail.sizes, language),
        "trail": [{"slug": node.slug, **named(node, language)} for node in detail.trail],
    }


def _origin(origin: Origin, language: str) -> dict[str, Any]:
    names = {"en": origin.name("en"), "vi": origin.name("vi")}
    return {"country": origin.country, "name": names[language], "names": names}


def _nutrition(told: Nutrition) -> dict[str, Any]:
    return {**asdict(told), "sodium_mg": told.sodium_mg}
