"""Lots in the order in which their days come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Q

from grocery.inventory.models.stock import Lot


@dataclass(frozen=True, slots=True)
class DatedLot:
    """A lot on the shelf and where it lies."""

    id: UUID
    sku: str
    location: UUID
    lot_code: str
    expires_on: date | None
    on_hand: Decimal
    reserved: Decimal

    @property
    def free(self) -> Decimal:
        """What is promised to nobody."""
        return self.on_hand - self.reserved


_COLUMNS = ("id", "stock_item__sku", "stock_item__location", "lot_code", "expires_on", "on_hand", "reserved")


def lots_named(ids: Iterable[UUID]) -> list[DatedLot]:
    """These lots, also when they are empty."""
    return _read(Q(id__in=list(ids)))


def lots_until(day: date, *, location: UUID, limit: int | None = None) -> list[DatedLot]:
    """What lies on the shelves of a store and expires by that day, the soonest first."""
    return _read(Q(on_hand__gt=0, stock_item__location=location, expires_on__lte=day), limit=limit)


def lots_of(sku: str, *, location: UUID) -> list[DatedLot]:
    """What lies on the shelves of one product, first expired first, undated last."""
    return _read(Q(on_hand__gt=0, stock_item__location=location, stock_item__sku=sku))


def skus_turning(*, location: UUID, since: date | None, horizon: date, after: str, limit: int) -> list[str]:
    """The next SKUs of a store, in order, with lots whose day has come since `since` or comes by `horizon`."""
    due = Q(expires_on__lte=horizon) if since is None else Q(expires_on__gte=since, expires_on__lte=horizon)
    found = Lot.objects.filter(due, on_hand__gt=0, stock_item__location=location, stock_item__sku__gt=after)
    skus = found.order_by("stock_item__sku").values_list("stock_item__sku", flat=True).distinct()
    return list(skus[:limit])


def lots_turning(skus: Iterable[str], *, location: UUID, horizon: date) -> list[DatedLot]:
    """What lies on the shelves of these SKUs and expires by `horizon`."""
    here = Q(stock_item__location=location, stock_item__sku__in=list(skus))
    return _read(here & Q(on_hand__gt=0, expires_on__lte=horizon))


def _read(which: Q, *, limit: int | None = None) -> list[DatedLot]:
    rows = Lot.objects.filter(which).order_by("expires_on", "stock_item__sku", "id").values_list(*_COLUMNS)
    return [DatedLot(*row) for row in rows[:limit]]
