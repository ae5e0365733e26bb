"""The part of the face for offers: what staff decide about prices. Each step is remembered with who and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from grocery.kernel.principal import Principal
from grocery.kernel.quantity import Quantity
from grocery.ordering.contracts import OfferDraft, Preview
from grocery.ordering.services import coupons, offers, preview_offer


def save_offer(*, draft: OfferDraft, by: Principal, now: datetime, offer_id: UUID | None = None) -> UUID:
    """Write an offer down, new, or in place of what `offer_id` was; its id. It counts from its first moment on.

    Carts show it at once; placed orders keep what they agreed to. Raises Invalid (with the field), NotFound. Staff of
    one store make offers for that store only.
    """
    return offers.save_offer(draft=draft, offer_id=offer_id, by=by, now=now)


def check_offer(*, draft: OfferDraft, by: Principal, now: datetime) -> None:
    """Say beforehand what is wrong with a draft: raises Invalid with the field."""
    offers.check(draft, by=by, now=now)


def preview_offer_on(
    *, draft: OfferDraft, quantities: Mapping[str, Quantity], now: datetime, offer_id: UUID | None = None
) -> Preview:
    """What a draft would change for a basket of so much of each SKU, beside all offers that everybody gets; and which
    of those touch the same goods. `offer_id`: the offer that it would replace. Nothing is written. Raises Invalid."""
    return preview_offer.preview(draft=draft, quantities=quantities, offer_id=offer_id, now=now)


def end_offer(*, offer_id: UUID, by: Principal, now: datetime) -> None:
    """From this moment on it counts no longer; again is harmless. Raises NotFound."""
    offers.end_offer(offer_id=offer_id, by=by, now=now)


def undo_offer(*, offer_id: UUID, by: Principal, now: datetime) -> None:
    """Put back what the last change replaced, once. Raises NotFound, NoChangeToUndo."""
    offers.undo(offer_id=offer_id, by=by, now=now)


def make_coupon_codes(
    *,
    offer_id: UUID,
    count: int,
    by: Principal,
    now: datetime,
    prefix: str = "",
    most_uses: int | None = 1,
) -> list[str]:
    """So many new codes for an offer that needs one, up to 10,000: random, without letters that look alike, after the
    prefix if there is one. With `count` 0 the prefix itself is the one code. `most_uses` of each; None: no limit.

    Raises Invalid, NotFound.
    """
    return coupons.make_codes(offer_id=offer_id, count=count, prefix=prefix, most_uses=most_uses, by=by, now=now)


def coupon_codes(*, offer_id: UUID, by: Principal) -> list[tuple[str, int | None, int]]:
    """Each code of an offer, how often it may be used, and by how many orders it is. Raises NotFound."""
    return coupons.codes_of(offer_id=offer_id, by=by)
