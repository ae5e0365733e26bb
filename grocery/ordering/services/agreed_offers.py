"""The offers that may count for an order that is edited: those that run now, and those that it was agreed with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from grocery.ordering import models, policies
from grocery.ordering.contracts import CancelMotive, ChangeKind, OfferKind, OfferState


@dataclass(frozen=True, slots=True)
class Rules:
    """`agreed`: as the offers were when they were agreed. `coupons`: the codes that the order uses, by offer.

    `when`: how often the order has been priced already, which is the number of this edit.
    """

    running: tuple[policies.Offer, ...]
    agreed: tuple[policies.Agreed, ...]
    coupons: Mapping[UUID, str]
    when: int

    @property
    def all(self) -> tuple[policies.Offer, ...]:
        return (*self.running, *(one.offer for one in self.agreed))

    def lost(self, counting: Iterable[UUID | None]) -> tuple[tuple[UUID, str], ...]:
        """The coupons whose offers lower nothing any more."""
        still = set(counting)
        return tuple((offer, code) for offer, code in sorted(self.coupons.items()) if offer not in still)


def rules_of(
    order: models.Order, skus: Iterable[str], effects: Sequence[models.OrderAdjustment], *, now: datetime
) -> Rules:
    """In two statements; where offers lowered the order, in five; after an edit in one more."""
    lowered = order.discount or order.fee_discount
    coupons = models.CouponUse.objects.still_used(order.id) if lowered else {}
    rows = models.Offer.objects.running(now).of_store(order.store_id).touching(skus, coupons=coupons)
    touched: dict[UUID, set[str]] = defaultdict(set)
    for effect in effects:
        if effect.offer_id:
            touched[effect.offer_id] |= {effect.sku} - {""}
    running = tuple(_reaching(row.rule(), touched) for row in rows)
    moments = _priced_at(order)
    return Rules(running, tuple(_agreed(moments, touched)), coupons, len(moments))


def _priced_at(order: models.Order) -> list[datetime]:
    """When its prices were worked out: by placing, and by each change that did so, as it was wanted if it waited."""
    changed = [change.at for change in order.changes.all() if _priced_anew(change)]
    made = models.Revision.objects.made_of(order.id) if changed else {}
    return [order.placed_at, *(made.get(at, at) for at in changed)]


def _priced_anew(change: models.OrderChange) -> bool:
    if change.kind == ChangeKind.PART_CANCELLED:
        return policies.is_the_customers_wish(CancelMotive(change.motive), change.actor)
    return change.kind == ChangeKind.EDITED


def _agreed(moments: Sequence[datetime], touched: Mapping[UUID, set[str]]) -> Iterator[policies.Agreed]:
    """What lowers the order, with the terms of each moment at which it ran; the same terms once, by the latest."""
    if not touched:
        return
    history = models.OfferChange.objects.history(touched)
    for row in models.Offer.objects.filter(id__in=list(touched)):
        found: dict[policies.Offer, int] = {}
        for when, moment in enumerate(moments):
            for was in _as_of(row, history.get(row.id, []), moment):
                if was.state(moment) is OfferState.RUNNING:
                    found[_reaching(was.rule(), touched)] = when
        yield from (policies.Agreed(offer, when) for offer, when in found.items())


def _as_of(
    row: models.Offer, history: Sequence[tuple[datetime, Mapping[str, Any]]], moment: datetime
) -> list[models.Offer]:
    """The offer at that moment; where nobody wrote down what it said, as it is.

    Of what was changed in the very moment nobody knows whether the order saw it: both count.
    """
    before = [terms for at, terms in history if at < moment]
    just_then = [terms for at, terms in history if at == moment]
    return [row.as_of(terms) for terms in [*before[-1:], *just_then]] or [row]


def _reaching(offer: policies.Offer, touched: Mapping[UUID, set[str]]) -> policies.Offer:
    """A category's offer, also by the goods that it lowered: what is no longer sold has no category that we know."""
    if offer.kind is OfferKind.CATEGORY and offer.id in touched:
        return replace(offer, skus=offer.skus | touched[offer.id])
    return offer
