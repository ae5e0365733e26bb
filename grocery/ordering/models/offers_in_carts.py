"""The offers that may count for a cart. The statement that reads the cart says which there are, not what they say.

What they say is kept in the process: five hundred offers cost each cart 15 to 30 ms when they came along as JSON. The
fingerprint of all that stand comes with the cart and is another one after every change, whoever made it and however;
then they are read anew. Windows, stores and coupons are looked at each time. See docs/adr/0151.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS

from grocery.kernel import statements
from grocery.ordering import policies
from grocery.ordering.models.offers import Offer

_USED_UP: Final = """EXISTS (
 SELECT FROM "ordering_coupontally" t WHERE t.offer_id = o.id AND (
   (t.scope = 'total' AND t.used >= o.most_uses)
   OR (t.scope = 'customer:' || "ordering_cart".customer_id AND t.used >= o.most_per_customer)
   OR (t.scope = 'code:' || k.code AND t.used >= k.most_uses)
   OR (t.used >= o.most_per_period AND t.scope = 'period:' || to_char(
     %s AT TIME ZONE "ordering_cart".zone,
     CASE o.period WHEN 'day' THEN 'YYYY-MM-DD' WHEN 'month' THEN 'YYYY-MM' ELSE 'IYYY"-W"IW' END))))"""
_STANDING: Final = "NOT o.withdrawn AND (o.ends_at IS NULL OR o.ends_at > %s)"
#: A row that is written anew lies elsewhere, and is another transaction's: no version has to be kept up by anybody.
_FINGERPRINT: Final = f"""(
 SELECT count(*) || ':' || coalesce(sum(hashtextextended(o.xmin::text || o.ctid::text, 0)), 0)
 FROM "ordering_offer" o WHERE {_STANDING})"""  # noqa: S608 - put together from constants
_BROUGHT: Final = f"""
 SELECT jsonb_agg(jsonb_build_object(
   'offer', o.id, 'code', k.code, 'most_of_code', k.most_uses, 'most_uses', o.most_uses,
   'most_per_customer', o.most_per_customer, 'most_per_period', o.most_per_period, 'period', o.period))
 FROM "ordering_couponcode" k JOIN "ordering_offer" o ON o.id = k.offer_id
 WHERE k.code = ANY("ordering_cart".coupons) AND (NOT o.needs_coupon OR NOT {_USED_UP})"""  # noqa: S608 - the same
#: A scalar beside the cart's columns: the fingerprint, and the offers that its coupons bring and have not used up.
FOR_CART: Final = f"""jsonb_build_object(
 'fingerprint', {_FINGERPRINT},
 'brought', CASE WHEN "ordering_cart".coupons <> '{{}}' THEN ({_BROUGHT}) END)"""
_READ: Final = f'SELECT {statements.columns(Offer, "o")}, {_FINGERPRINT} FROM "ordering_offer" o WHERE {_STANDING}'  # noqa: S608 - put together from constants


def for_cart_params(now: datetime) -> list[Any]:
    return [now, now]


@dataclass(frozen=True, slots=True)
class Brought:
    """The code that brought an offer into a cart, and how often it may be used."""

    code: str
    most_of_code: int | None
    most_uses: int | None
    most_per_customer: int | None
    most_per_period: int | None
    period: str


@dataclass(frozen=True, slots=True)
class _Standing:
    """Offers of all stores as they were read, with their rules."""

    fingerprint: str
    offers: Sequence[tuple[Offer, policies.Offer]]


#: What this process read last.
_kept = _Standing("", ())


def read(found: str, store_id: UUID, now: datetime) -> tuple[tuple[policies.Offer, ...], dict[UUID, Brought]]:
    """What `FOR_CART` found: the rules that run in that store now, and which of them came with a coupon.

    One statement after offers have changed, else none. Two codes of one offer count once.
    """
    said = json.loads(found)
    codes = {UUID(brought.pop("offer")): Brought(**brought) for brought in said["brought"] or ()}
    standing = _standing(said["fingerprint"], now)
    running = {
        offer.id: rule
        for offer, rule in standing
        if (offer.store_id is None or offer.store_id == store_id)
        and offer.starts_at <= now
        and (offer.ends_at is None or offer.ends_at > now)
        and (not offer.needs_coupon or offer.id in codes)
    }
    return tuple(running.values()), {offer: code for offer, code in codes.items() if offer in running}


def _standing(fingerprint: str, now: datetime) -> Sequence[tuple[Offer, policies.Offer]]:
    global _kept  # noqa: PLW0603 - one value, replaced whole
    if fingerprint.startswith("0:"):
        return ()
    if _kept.fingerprint != fingerprint:
        rows = statements.rows(DEFAULT_DB_ALIAS, _READ, [now, now])
        offers = [statements.load(Offer, row) for row in rows]
        _kept = _Standing(rows[0][-1] if rows else "", [(offer, offer.rule()) for offer in offers])
    return _kept.offers
