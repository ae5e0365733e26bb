"""Staff make, change, end and put back offers; each step is remembered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Field

from grocery.catalog import public as catalog
from grocery.kernel.clock import local_date
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.outbox import publish
from grocery.kernel.principal import Principal
from grocery.ordering import models
from grocery.ordering.contracts import OfferKind
from grocery.ordering.contracts.offers import NoChangeToUndo, OfferAction, OfferDraft, OfferState
from grocery.ordering.events import OfferChanged
from grocery.ordering.policies import offer_drafts

#: The law's calendar, for looking products up.
ZONE = "Asia/Ho_Chi_Minh"


@transaction.atomic
def save_offer(*, draft: OfferDraft, offer_id: UUID | None, by: Principal, now: datetime) -> UUID:
    """Write an offer down, new or in place of what it was."""
    check(draft, by=by, now=now)
    offer = locked_offer(offer_id, by) if offer_id else models.Offer()
    before = offer.terms() if offer_id else None
    for name in (field.name for field in fields(OfferDraft)):
        value = getattr(draft, name)
        setattr(offer, name, list(value) if isinstance(value, tuple) else value)
    if before == offer.terms():
        return offer.id
    offer.save()
    _remember(offer, OfferAction.CHANGED if before else OfferAction.CREATED, before, by, now)
    return offer.id


def check(draft: OfferDraft, *, by: Principal, now: datetime) -> None:
    """Raise Invalid for what is wrong with a draft: its own words, its store, its products."""
    offer_drafts.check(draft)
    if by.store_id is not None and draft.store_id != by.store_id:
        raise Invalid("store_id", "Your own store only.", "Chỉ cửa hàng của bạn.")
    sold = catalog.products_on_sale(skus=map(catalog.Sku, draft.skus), on=local_date(now, zone=ZONE))
    if unknown := [sku for sku in draft.skus if sku not in sold]:
        names = ", ".join(unknown[:5])
        raise Invalid("skus", f"Not sold: {names}.", f"Không bán: {names}.")
    known = {node.id for root in catalog.categories() for node in root.subtree()}
    if set(draft.categories) - known:
        raise Invalid("categories", "There is no such category.", "Không có ngành hàng này.")


@transaction.atomic
def end_offer(*, offer_id: UUID, by: Principal, now: datetime) -> None:
    """It counts no longer, from this moment on; one that has ended stays so."""
    offer = locked_offer(offer_id, by)
    before = offer.terms()
    match offer.state(now):
        case OfferState.RUNNING if offer.starts_at < now:
            offer.ends_at = now
        case OfferState.PLANNED | OfferState.RUNNING:
            offer.withdrawn = True
        case OfferState.ENDED:
            return
    offer.save()
    _remember(offer, OfferAction.ENDED, before, by, now)


@transaction.atomic
def undo(*, offer_id: UUID, by: Principal, now: datetime) -> None:
    """Put back what the last change replaced; an offer that was just made is withdrawn."""
    offer = locked_offer(offer_id, by)
    last = offer.changes.order_by("-id").first()
    if last is None or last.action == OfferAction.UNDONE:
        raise NoChangeToUndo
    before = offer.terms()
    if last.before is None:
        offer.withdrawn = True
    else:
        _put_back(offer, last.before)
    offer.save()
    _remember(offer, OfferAction.UNDONE, before, by, now)


def _put_back(offer: models.Offer, terms: Mapping[str, Any]) -> None:
    for name, value in terms.items():
        column = offer._meta.get_field(name)
        assert isinstance(column, Field), "an offer's terms are columns"
        setattr(offer, name, column.to_python(value))


def locked_offer(offer_id: UUID, by: Principal) -> models.Offer:
    """The offer, nobody else's to change. Raises NotFound, also for one that is not of the asker's store."""
    offer = models.Offer.objects.locked(offer_id)
    if offer is None or by.store_id not in (None, offer.store_id):
        raise NotFound("offer", offer_id)
    return offer


def _remember(
    offer: models.Offer, action: OfferAction, before: Mapping[str, Any] | None, by: Principal, now: datetime
) -> None:
    models.OfferChange.objects.create(
        offer=offer, action=action.value, at=now, by=by.id, before=before, after=offer.terms()
    )
    publish(_fact(offer))


def _fact(offer: models.Offer) -> OfferChanged:
    """What shelves may show of it: products that everybody gets for less, whatever else is in the basket."""
    shown = offer.kind == OfferKind.SKU and not (offer.withdrawn or offer.needs_coupon or offer.from_amount)
    return OfferChanged(
        offer_id=offer.id,
        store_id=offer.store_id,
        skus=tuple(offer.skus) if shown else (),
        percent=offer.percent,
        price=offer.price,
        starts_at=offer.starts_at,
        ends_at=offer.ends_at,
    )
