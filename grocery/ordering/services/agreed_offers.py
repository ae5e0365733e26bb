"""The offers that may count for an order that is edited: those that run now, and those that it was agreed with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from grocery.ordering import models, policies
from grocery.ordering.contracts import ChangeKind, OfferKind


@dataclass(frozen=True, slots=True)
class Rules:
    """`agreed`: as the offers were when they were agreed. `coupons`: the codes that the order uses, by offer."""

    running: tuple[policies.Offer, ...]
    agreed: tuple[policies.Offer, ...]
    coupons: Mapping[UUID, str]

    @property
    def all(self) -> tuple[policies.Offer, ...]:
        return (*self.running, *self.agreed)

    def lost(self, counting: Iterable[UUID | None]) -> tuple[tuple[UUID, str], ...]:
        """The coupons whose offers lower nothing any more."""
        still = set(counting)
        return tuple((offer, code) for offer, code in sorted(self.coupons.items()) if offer not in still)


def rules_of(
    order: models.Order, skus: Iterable[str], effects: Sequence[models.OrderAdjustment], *, now: datetime
) -> Rules:
    """In two statements; where offers lowered the order, in four."""
    lowered = order.discount or order.fee_discount
    coupons = models.CouponUse.objects.still_used(order.id) if lowered else {}
    rows = models.Offer.objects.running(now).of_store(order.store_id).touching(skus, coupons=coupons)
    touched: dict[UUID, set[str]] = defaultdict(set)
    for effect in effects:
        if effect.offer_id:
            touched[effect.offer_id] |= {effect.sku} - {""}
    running = tuple(_reaching(row.rule(), touched) for row in rows)
    return Rules(running, _agreed(order, touched), coupons)


def _agreed(order: models.Order, touched: Mapping[UUID, set[str]]) -> tuple[policies.Offer, ...]:
    if not touched:
        return ()
    terms = models.OfferChange.objects.terms_at(_agreed_at(order), touched)
    rows = models.Offer.objects.filter(id__in=list(touched))
    return tuple(_reaching((row.as_of(terms[row.id]) if row.id in terms else row).rule(), touched) for row in rows)


def _agreed_at(order: models.Order) -> datetime:
    """When its prices were worked out last."""
    edits = [
        change.at for change in order.changes.all() if change.kind in {ChangeKind.EDITED, ChangeKind.PART_CANCELLED}
    ]
    return max([order.placed_at, *edits])


def _reaching(offer: policies.Offer, touched: Mapping[UUID, set[str]]) -> policies.Offer:
    """A category's offer, also by the goods that it lowered: what is no longer sold has no category that we know."""
    if offer.kind is OfferKind.CATEGORY and offer.id in touched:
        return replace(offer, skus=offer.skus | touched[offer.id])
    return offer
