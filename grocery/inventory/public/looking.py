"""The part of inventory's face for those who look at what there is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from grocery.inventory.contracts import Allocation, Availability, NearExpiry, ShownLevel, StockLevel
from grocery.inventory.services import issue as _issuing
from grocery.inventory.services import levels as _levels

__all__ = ["availability", "holdings", "levels", "near_expiry", "stock"]


def availability(
    *,
    skus: Iterable[str],
    location: UUID,
    good_on: date,
    now: datetime,
    min_freshness_days: Mapping[str, int] | None = None,
    holder: str = "",
) -> dict[str, Availability]:
    """What could be reserved for `good_on`, by SKU, in one statement; a SKU without any good lot is absent.

    `available` is of goods at their full price, `reduced` of marked-down lots: for the sum of both, add them up.

    `min_freshness_days`: days that a SKU must keep after `good_on`, 0 where not named. What `holder` has reserved
    counts as available to it. For display: only `reserve` decides.
    """
    freshness = {sku: (min_freshness_days or {}).get(sku, 0) for sku in skus}
    return _levels.availability(freshness=freshness, location=location, good_on=good_on, now=now, holder=holder)


def near_expiry(
    *, location: UUID, day: date, limit: int = 24, category: str | None = None, now: datetime
) -> tuple[NearExpiry, ...]:
    """The near-expiry shelf of a store: SKUs with marked-down units that could be reserved for `day`.

    At most `limit`, the first to expire first; each with its percentages, how much is left and until when it is
    good. One statement; with a `category` (its slug, with what is below it) one more, to the catalogue. A SKU comes
    and goes with `StockChanged.reduced`; `reduced_until` says up to which day it belongs here. Raises NotFound for
    the category.
    """
    return _levels.near_expiry(location=location, day=day, limit=limit, category=category, now=now)


def stock(*, sku: str, now: datetime) -> list[StockLevel]:
    """A SKU in every store that has ever had it, with its lots, first expired first; one statement."""
    return _levels.stock(sku=sku, now=now)


def levels(*, skus: Collection[str], location: UUID, now: datetime) -> dict[str, ShownLevel]:
    """What one store offers of these SKUs at the full price, in one statement; a SKU it never had is absent."""
    return _levels.levels(skus=skus, location=location, now=now)


def holdings(*, holders: Iterable[str]) -> dict[str, tuple[Allocation, ...]]:
    """The lots that are kept for each of these holders, by SKU and first expired first, each at its price.

    One statement for a whole wave. Who has nothing reserved (any more) is absent.
    """
    return _issuing.holdings(holders=holders)
