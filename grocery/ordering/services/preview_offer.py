"""What an offer would change, before it does: a sample basket, and offers that touch the same goods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from uuid import UUID

from grocery.catalog import public as catalog
from grocery.kernel.clock import local_date
from grocery.kernel.money import dong
from grocery.kernel.quantity import Quantity
from grocery.ordering import models, policies
from grocery.ordering.contracts import OfferKind
from grocery.ordering.contracts.offers import Conflict, OfferDraft, Preview, SampleLine
from grocery.ordering.policies import offer_drafts
from grocery.ordering.services.offers import ZONE
from grocery.ordering.services.pricing import goods_of

type Sold = Mapping[catalog.Sku, catalog.ProductOnSale]


def preview(
    *, draft: OfferDraft, quantities: Mapping[str, Quantity], offer_id: UUID | None, now: datetime
) -> Preview:
    """The sample priced at the draft's first moment (or now, if it has begun), without it and with it."""
    offer_drafts.check(draft)
    at = max(now, draft.starts_at)
    others = models.Offer.objects.besides(offer_id)
    meeting = list(others.beside(store_id=draft.store_id, starts_at=at, ends_at=draft.ends_at))
    drafted = _drafted(draft, offer_id)
    sold = _sold([*quantities, *draft.skus, *(sku for offer in meeting for sku in offer.skus)], at)
    chosen = [(sold[catalog.Sku(sku)], quantity) for sku, quantity in quantities.items() if sku in sold]
    running = [offer.rule() for offer in meeting if offer.starts_at <= at]
    before = policies.price_basket(goods_of(chosen), running)
    after = policies.price_basket(goods_of(chosen), [*running, drafted.rule()])
    return Preview(
        lines=tuple(_line(product, quantity, before, after) for product, quantity in chosen),
        unsold=tuple(sku for sku in quantities if sku not in sold),
        conflicts=tuple(_conflicts(drafted, meeting, sold)),
        before=before.amount,
        after=after.amount,
        frees_delivery=policies.fee_adjustment([drafted.rule()], goods=after.amount, fee=dong(1)) is not None,
    )


def _drafted(draft: OfferDraft, offer_id: UUID | None) -> models.Offer:
    """The draft as a row that is not saved."""
    values = {name: getattr(draft, name) for name in draft.__slots__}
    row = models.Offer(**{name: list(v) if isinstance(v, tuple) else v for name, v in values.items()})
    row.id = offer_id or row.id
    return row


def _sold(skus: Iterable[str], at: datetime) -> Sold:
    return catalog.products_on_sale(skus=set(map(catalog.Sku, skus)), on=local_date(at, zone=ZONE))


def _line(
    product: catalog.ProductOnSale, quantity: Quantity, before: policies.PricedBasket, after: policies.PricedBasket
) -> SampleLine:
    priced = after.lines[product.sku]
    return SampleLine(
        sku=product.sku,
        name_en=product.name_en,
        name_vi=product.name_vi,
        quantity=quantity,
        unit=product.unit.value,
        list_amount=priced.list_amount,
        before=before.lines[product.sku].amount,
        after=priced.amount,
        adjustments=priced.adjustments,
    )


def _conflicts(drafted: models.Offer, meeting: Iterable[models.Offer], sold: Sold) -> Iterator[Conflict]:
    """Offers on some of the same goods, of which the higher will win; one that stacks is in nobody's way."""
    if drafted.stackable or drafted.kind in {OfferKind.BASKET, OfferKind.FREE_DELIVERY}:
        return
    for other in meeting:
        if not other.stackable and (_names(drafted, other, sold) or _names(other, drafted, sold)):
            yield Conflict(other.id, other.name_en, other.name_vi, other.starts_at, other.ends_at)


def _names(one: models.Offer, other: models.Offer, sold: Sold) -> bool:
    """Whether `other` touches a product or category that `one` names."""
    above = set(other.categories)
    trails = (sold[catalog.Sku(sku)].categories for sku in one.skus if sku in sold)
    return (
        not set(one.skus).isdisjoint(other.skus)
        or any(not above.isdisjoint(trail) for trail in trails)
        or any(
            not above.isdisjoint(node.id for node in catalog.category_trail(catalog.CategoryId(category)))
            for category in one.categories
        )
    )
