"""Offers and coupons for tests, in the trade's words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from grocery.kernel.ids import new_id
from grocery.kernel.principal import Principal
from grocery.ordering import public as ordering
from tests.shop import Shop

#: Somebody at headquarters.
CHAIN = Principal(kind="staff", id=new_id(), roles=frozenset({"manager"}))


def draft(shop: Shop, kind: str, **terms: Any) -> ordering.OfferDraft:
    """An offer that has just begun; `name` in both languages, sequences as tuples."""
    name = terms.pop("name", kind)
    return ordering.OfferDraft(
        kind=ordering.OfferKind(kind),
        **{"name_en": name, "name_vi": name, "starts_at": shop.now - timedelta(hours=1), **terms},
    )


def offer(shop: Shop, kind: str, **terms: Any) -> UUID:
    return ordering.save_offer(draft=draft(shop, kind, **terms), by=CHAIN, now=shop.now)


def coupon(shop: Shop, code: str, kind: str = "basket", *, most_of_code: int | None = None, **terms: Any) -> UUID:
    """An offer that comes with this code."""
    made = offer(shop, kind, needs_coupon=True, **({"percent": 10} | terms))
    ordering.make_coupon_codes(offer_id=made, count=0, prefix=code, most_uses=most_of_code, by=CHAIN, now=shop.now)
    return made
