"""Lots are marked down because their day is near, and marked up again."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from grocery.inventory.events import LotMarkedDown, MarkdownEnded
from grocery.inventory.models import Markdown, StockItem
from grocery.inventory.models.by_day import DatedLot, lots_named
from grocery.inventory.services import locking
from grocery.inventory.services.announcing import announce
from grocery.inventory.services.days import today
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.outbox import publish


@transaction.atomic
def mark_down(*, location: UUID, lots: Collection[UUID], percent: int, now: datetime, by: UUID) -> int:
    """See `public.mark_down`."""
    if not 1 <= percent <= 90:
        raise Invalid("percent", "From 1 to 90 percent.", "Từ 1 đến 90 phần trăm.")
    found, items = _locked(lots, location)
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
    _announce(items, {lot.sku for lot in changed}, now=now)
    return len(changed)


@transaction.atomic
def end(*, location: UUID, lots: Collection[UUID], now: datetime, by: UUID) -> int:
    """See `public.end_markdowns`."""
    found, items = _locked(lots, location)
    ended = _end(found, now=now, by=by)
    _announce(items, {found[lot].sku for lot in ended}, now=now)
    return len(ended)


def end_expired(lots: Iterable[UUID], *, now: datetime) -> None:
    """Goods past their day are not sold at any price; in the transaction that turns the day."""
    _end(lots, now=now, by=None)


def _end(lots: Iterable[UUID], *, now: datetime, by: UUID | None) -> set[UUID]:
    """End what stands for these locked lots; those of them that were marked down."""
    standing = list(Markdown.objects.standing().of(lots).with_lots())
    if standing:
        Markdown.objects.end(standing, now=now, by=by)
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
    return {markdown.lot_id for markdown in standing}


def _locked(ids: Collection[UUID], location: UUID) -> tuple[dict[UUID, DatedLot], list[StockItem]]:
    """These lots and their items; nobody else marks them or sells of them at this moment."""
    lots = {lot.id: lot for lot in lots_named(ids) if lot.location == location}
    if missing := set(ids) - lots.keys():
        raise NotFound("lot", min(missing))
    return lots, locking.items({lot.sku for lot in lots.values()}, location=location)


def _announce(items: Iterable[StockItem], skus: Collection[str], *, now: datetime) -> None:
    """What may be promised of these at which price is another now."""
    announce([item for item in items if item.sku in skus], now=now)


def _sellable(lot: DatedLot, location: UUID, now: datetime) -> bool:
    return lot.expires_on is None or lot.expires_on >= today(location, now=now)
