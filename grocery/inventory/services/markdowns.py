"""Lots are marked down because their day is near, and marked up again."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from grocery.inventory.events import LotMarkedDown, MarkdownEnded
from grocery.inventory.models import Markdown
from grocery.inventory.models.by_day import DatedLot, lots_named
from grocery.inventory.services import locking
from grocery.inventory.services.days import today
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.outbox import publish


@transaction.atomic
def mark_down(*, location: UUID, lots: Collection[UUID], percent: int, now: datetime, by: UUID) -> int:
    """See `public.mark_down`."""
    if not 1 <= percent <= 90:
        raise Invalid("percent", "From 1 to 90 percent.", "Từ 1 đến 90 phần trăm.")
    found = _locked(lots, location)
    day = today(location, now=now)
    standing = Markdown.objects.percents(found)
    changed = [lot for lot in found.values() if standing.get(lot.id) != percent and _sellable(lot, location, now)]
    _end([lot.id for lot in changed], now=now, by=by)
    Markdown.objects.make([lot.id for lot in changed], percent=percent, starts_on=day, now=now, by=by)
    publish(
        *(
            LotMarkedDown(
                sku=lot.sku,
                location=location,
                lot_id=lot.id,
                lot_code=lot.lot_code,
                expires_on=lot.expires_on,
                percent=percent,
                starts_on=day,
            )
            for lot in changed
        )
    )
    return len(changed)


@transaction.atomic
def end(*, location: UUID, lots: Collection[UUID], now: datetime, by: UUID) -> int:
    """See `public.end_markdowns`."""
    return _end(_locked(lots, location), now=now, by=by)


def end_expired(lots: Iterable[UUID], *, now: datetime) -> None:
    """Goods past their day are not sold at any price; in the transaction that turns the day."""
    _end(lots, now=now, by=None)


def _end(lots: Iterable[UUID], *, now: datetime, by: UUID | None) -> int:
    standing = list(Markdown.objects.standing().of(lots).with_lots())
    if standing:
        Markdown.objects.end([markdown.id for markdown in standing], now=now, by=by)
        publish(
            *(
                MarkdownEnded(
                    sku=markdown.lot.stock_item.sku,
                    location=markdown.lot.stock_item.location,
                    lot_id=markdown.lot_id,
                    percent=markdown.percent,
                )
                for markdown in standing
            )
        )
    return len(standing)


def _locked(ids: Collection[UUID], location: UUID) -> dict[UUID, DatedLot]:
    """These lots; nobody else marks them at this moment."""
    lots = {lot.id: lot for lot in lots_named(ids) if lot.location == location}
    if missing := set(ids) - lots.keys():
        raise NotFound("lot", min(missing))
    locking.items({lot.sku for lot in lots.values()}, location=location)
    return lots


def _sellable(lot: DatedLot, location: UUID, now: datetime) -> bool:
    return lot.expires_on is None or lot.expires_on >= today(location, now=now)
