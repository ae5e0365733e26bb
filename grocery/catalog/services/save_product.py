"""Write one product down."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from grocery.catalog.contracts import Brand, GtinTaken, ProductDraft, Sku
from grocery.catalog.models import Category, PriceChange, Product, VatGroup
from grocery.catalog.models.searching import learn_words
from grocery.catalog.policies import drafts, nutrition
from grocery.catalog.services import brands, versions
from grocery.kernel.errors import NotFound


@transaction.atomic
def save_product(*, draft: ProductDraft, now: datetime, by: UUID | None) -> Sku:
    """The product as drafted, in place of what its SKU was before; a change of price is remembered."""
    draft = drafts.checked(draft)
    brand = brands.ready([draft.brand]).get(draft.brand)
    before = Product.objects.locked([draft.sku]).first()
    category = Category.objects.with_slug(draft.category)
    if category is None:
        raise NotFound("category", draft.category)
    if not VatGroup.objects.known(draft.vat_group):
        raise NotFound("vat_group", draft.vat_group)
    _check_gtin(draft)
    Product.objects.update_or_create(sku=draft.sku, defaults=_columns(draft, category, brand, now))
    if before is not None and before.price != draft.price:
        PriceChange.objects.create(product_id=draft.sku, old=before.price, new=draft.price, by=by, at=now)
    learn_words([draft.sku])
    versions.announce(versions.CATALOG)
    return Sku(draft.sku)


def check(draft: ProductDraft) -> None:
    drafts.checked(draft)


def _check_gtin(draft: ProductDraft) -> None:
    holder = Product.objects.holder_of_gtin(draft.gtin) if draft.gtin else None
    if holder is not None and holder != draft.sku:
        raise GtinTaken(draft.gtin, holder)


def _columns(draft: ProductDraft, category: Category, brand: Brand | None, now: datetime) -> dict[str, object]:
    return {
        "name_en": draft.name_en,
        "name_vi": draft.name_vi,
        "untranslated": draft.untranslated,
        "description_en": draft.description_en,
        "description_vi": draft.description_vi,
        "category": category,
        "brand_id": brand.slug if brand else None,
        "brand_name": brand.name if brand else None,
        "price": draft.price,
        "vat_group_id": draft.vat_group,
        "unit": draft.unit,
        "step": draft.step,
        "net_content": draft.net_content,
        "net_unit": draft.net_unit or "",
        "gtin": draft.gtin,
        "perishable": draft.perishable,
        "min_freshness_days": draft.min_freshness_days,
        "dietary": list(draft.dietary),
        "allergens": None if draft.allergens is None else list(draft.allergens),
        "max_per_order": draft.max_per_order,
        "piece_weight": draft.piece_weight,
        "tags": list(draft.tags),
        "family": draft.family,
        "storage": draft.storage or "",
        "origin_country": draft.origin_country,
        "origin_region_en": draft.origin_region_en,
        "origin_region_vi": draft.origin_region_vi,
        "nutrition": nutrition.kept(draft.nutrition),
        "image": draft.image,
        "tint": draft.tint,
        "is_active": draft.active,
        "base_popularity": draft.popularity,
        "changed_at": now,
    }
