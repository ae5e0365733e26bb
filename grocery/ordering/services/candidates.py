"""What may stand in for something that ran out, and is there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.kernel.errors import NotFound
from grocery.kernel.money import Money
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering import policies
from grocery.ordering.contracts import Candidate

#: How many are looked at; those that are sold out for the day drop out.
_LOOKED_AT: Final = 12


@dataclass(frozen=True, slots=True)
class Missing:
    """So much of a product ran out; `freed` is what it was to cost. `chosen`: what the customer named instead."""

    sku: str
    quantity: Quantity
    freed: Money
    chosen: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate, and the product that it is."""

    product: catalog.ProductCard
    candidate: Candidate


def find(missing: Missing, *, store_id: UUID, day: date, now: datetime, without: Collection[str] = ()) -> list[Found]:
    """Those that can be had on that day, the customer's own first, then the most similar. At most four statements.

    VAT rates are those of that day, too.
    """
    store = catalog.StoreId(store_id)
    try:
        original = catalog.product(sku=catalog.Sku(missing.sku), store_id=store)
    except NotFound:
        return []
    cards = _looked_at(missing, store, day)
    fit = [card for card in policies.substitutes(original, cards) if card.unit == original.unit]
    found = [_found(card, missing) for card in fit if card.sku not in {*without, missing.sku}]
    return _there([one for one in found if one.candidate.quantity], store, day, now)


def _looked_at(missing: Missing, store: catalog.StoreId, day: date) -> list[catalog.ProductCard]:
    similar = catalog.similar(sku=catalog.Sku(missing.sku), store_id=store, limit=_LOOKED_AT, on=day)
    if not missing.chosen:
        return similar
    chosen = catalog.cards(skus=[catalog.Sku(missing.chosen)], store_id=store, on=day)
    return [*chosen, *(card for card in similar if card.sku != missing.chosen)]


def _found(card: catalog.ProductCard, missing: Missing) -> Found:
    quantity = policies.in_steps(missing.quantity, card.step)
    agreed = policies.agreed_price(missing.freed, missing.quantity)
    candidate = Candidate(
        sku=card.sku,
        name_en=card.name_en,
        name_vi=card.name_vi,
        unit=card.unit.value,
        quantity=quantity,
        list_price=card.price,
        price=policies.lower_of_two(agreed, card.price),
        image=card.image,
        tint=card.tint.value,
        chosen=card.sku == missing.chosen,
        piece_weight=card.piece_weight,
    )
    return Found(card, candidate)


def _there(found: list[Found], store: catalog.StoreId, day: date, now: datetime) -> list[Found]:
    """Those of which the store can promise as much as is needed, in one statement."""
    if not found:
        return []
    freshness: dict[str, int] = {one.product.sku: one.product.min_freshness_days for one in found}
    shelf = inventory.availability(skus=freshness, location=store, good_on=day, now=now, min_freshness_days=freshness)
    left = {sku: seen.available for sku, seen in shelf.items()}
    return [one for one in found if left.get(one.product.sku, ZERO) >= one.candidate.quantity]
