"""Prices to come: written down, taken back, brought into force by the clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from grocery.catalog.contracts.prices import PlannedPriceId, PriceAlreadyPlanned, PriceIsDue
from grocery.catalog.models import PlannedPrice, PriceChange, Product
from grocery.catalog.policies.drafts import DEAREST
from grocery.catalog.services import versions
from grocery.kernel.errors import Invalid, NotFound

#: Prices that come into force in one transaction.
CHUNK: Final = 500
_FURTHEST: Final = timedelta(days=366)


@transaction.atomic
def plan_price(*, sku: str, price: int, starts_at: datetime, by: UUID | None, now: datetime) -> PlannedPriceId:
    """Write down what a product will cost from a moment on."""
    check(price=price, starts_at=starts_at, now=now)
    if Product.objects.locked([sku]).first() is None:
        raise NotFound("product", sku)
    if PlannedPrice.objects.planned(sku, starts_at):
        raise PriceAlreadyPlanned(sku, starts_at)
    row = PlannedPrice.objects.create(product_id=sku, price=price, starts_at=starts_at, by=by, written_at=now)
    return PlannedPriceId(row.id)


def check(*, price: int, starts_at: datetime, now: datetime) -> None:
    if not 0 < price <= DEAREST:
        raise Invalid(
            "price",
            "A price is more than 0 ₫, at most 1.000.000.000 ₫.",
            "Giá phải lớn hơn 0 ₫, tối đa 1.000.000.000 ₫.",
        )
    if not now < starts_at <= now + _FURTHEST:
        raise Invalid(
            "starts_at",
            "A price is planned for a moment to come, within a year; change the product for a price of now.",
            "Giá mới phải áp dụng từ một thời điểm sắp tới, trong vòng một năm; muốn đổi ngay thì sửa sản phẩm.",
        )


@transaction.atomic
def take_back(*, planned: PlannedPriceId, by: UUID | None, now: datetime) -> None:
    """It will not come into force."""
    row = PlannedPrice.objects.locked(planned)
    if row is None:
        raise NotFound("planned_price", planned)
    if row.applied_at or row.taken_back_at or row.starts_at <= now:
        raise PriceIsDue
    row.taken_back_at, row.taken_back_by = now, by
    row.save(update_fields=["taken_back_at", "taken_back_by"])


def apply_due(*, now: datetime) -> int:
    """Bring into force what is due, in its order; how many prices that were."""
    applied = 0
    while count := _apply_some(now):
        applied += count
    return applied


@transaction.atomic
def _apply_some(now: datetime) -> int:
    """Whoever comes second waits for the first here, and then finds nothing left to do."""
    due = PlannedPrice.objects.due(now, most=CHUNK)
    if due:
        _apply(due, now)
        versions.announce(versions.CATALOG)
    return len(due)


def _apply(due: Sequence[PlannedPrice], now: datetime) -> None:
    products = {product.sku: product for product in Product.objects.locked(one.product_id for one in due)}
    changes = []
    for one in due:
        product = products[one.product_id]
        if product.price != one.price:
            changes.append(PriceChange(product=product, old=product.price, new=one.price, by=one.by, at=now))
            product.price, product.changed_at = one.price, now
        one.applied_at = now
    Product.objects.bulk_update(products.values(), ["price", "changed_at"])
    PriceChange.objects.bulk_create(changes)
    PlannedPrice.objects.bulk_update(due, ["applied_at"])
