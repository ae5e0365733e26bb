"""The yardstick: what `reserve` does to the database, written by hand in psycopg, without Django, types or policies.

The same rows are locked, read and written, and the same facts are published, in as few statements as plain SQL
needs, prepared by psycopg. Nothing is checked that the product checks in Python: this is the least that it can cost.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg

from grocery.kernel.ids import new_id
from tests.load.inventory.shelves import Store

_OLD = "SELECT id FROM inventory_reservation WHERE holder = %s AND state = 'open' ORDER BY id FOR NO KEY UPDATE"
_ITEMS = """
    SELECT id, sku FROM inventory_stockitem WHERE location = %s AND sku = ANY(%s)
    ORDER BY sku, location FOR NO KEY UPDATE
"""
_LOTS = """
    SELECT id, stock_item_id, expires_on, on_hand, reserved FROM inventory_lot
    WHERE stock_item_id = ANY(%s) AND on_hand > 0 ORDER BY expires_on, id
"""
_RESERVE = """
    INSERT INTO inventory_reservation (id, holder, location, until, state, made_at)
    VALUES (%s, %s, %s, %s, 'open', %s)
"""
_WRITE = """
    WITH part AS (SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::numeric[]) AS part(id, lot, quantity)),
    taken AS (
        INSERT INTO inventory_allocation (id, reservation_id, lot_id, quantity)
        SELECT part.id, %s, part.lot, part.quantity FROM part
    ), bumped AS (UPDATE inventory_stockitem SET version = version + 1 WHERE id = ANY(%s) RETURNING id, version),
    held AS (
        UPDATE inventory_lot lot SET reserved = reserved + part.quantity FROM part WHERE lot.id = part.lot
    )
    SELECT id, version FROM bumped
"""
_FACTS = """
    INSERT INTO kernel_outboxevent (id, name, stream, payload, trace)
    SELECT id, name, stream, payload, '' FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::jsonb[])
        AS fact(id, name, stream, payload)
"""
_OWED = """
    INSERT INTO kernel_inboxentry (event_id, subscriber, stream)
    SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[])
"""
_CHANGED = "inventory.StockChanged"

#: Streams and what is said in each: facts that are to be told.
type Facts = list[tuple[str, str, str]]


def reserve(
    db: psycopg.Connection[Any], store: Store, holder: str, skus: Sequence[str], until: datetime, now: datetime
) -> None:
    """One unit of each of these, or an assertion."""
    with db.transaction(), db.cursor() as cursor:
        facts = promise(cursor, store.location, store.good_on, holder, skus, until, now)
        tell(cursor, facts, {_CHANGED: _subscribers()})
    db.execute("NOTIFY outbox")


def promise(
    cursor: psycopg.Cursor[Any],
    location: UUID,
    good_on: date,
    holder: str,
    skus: Sequence[str],
    until: datetime,
    now: datetime,
) -> Facts:
    """The same inside a transaction; what is to be told of it."""
    assert cursor.execute(_OLD, [holder]).fetchall() == []
    items = dict(cursor.execute(_ITEMS, [location, list(skus)]).fetchall())
    lots: dict[Any, list[tuple[Any, ...]]] = {}
    for lot in cursor.execute(_LOTS, [list(items)]).fetchall():
        lots.setdefault(lot[1], []).append(lot)
    parts = [_first(lots[item], good_on) for item in items]
    reservation = new_id()
    cursor.execute(_RESERVE, [reservation, holder, location, until, now])
    ids, ones = [new_id() for _ in parts], [Decimal(1)] * len(parts)
    versions = dict(cursor.execute(_WRITE, [ids, parts, ones, reservation, list(items)]).fetchall())
    return [
        (_CHANGED, f"stock:{location}/{sku}", _said(sku, location, versions[item], lots[item], now))
        for item, sku in items.items()
    ]


def tell(cursor: psycopg.Cursor[Any], facts: Facts, subscribers: Mapping[str, Sequence[str]]) -> None:
    """Write these facts down, and to whom they are owed."""
    ids = [new_id() for _ in facts]
    cursor.execute(_FACTS, [ids, *([fact[column] for fact in facts] for column in range(3))])
    owed = [(id_, name, fact[1]) for id_, fact in zip(ids, facts, strict=True) for name in subscribers[fact[0]]]
    cursor.execute(_OWED, [[entry[column] for entry in owed] for column in range(3)])


def _first(lots: list[tuple[Any, ...]], good_on: date) -> Any:
    return next(
        lot for lot, _, expires, on_hand, reserved in lots if (expires or good_on) >= good_on and on_hand > reserved
    )


def _said(sku: str, location: UUID, version: int, lots: list[tuple[Any, ...]], now: datetime) -> str:
    on_hand, reserved = sum(lot[3] for lot in lots), sum(lot[4] for lot in lots) + 1
    return json.dumps(
        {
            "event_id": str(new_id()),
            "sku": sku,
            "location": str(location),
            "version": version,
            "on_hand": str(on_hand),
            "reserved": str(reserved),
            "available": str(on_hand - reserved),
            "earliest_expiry": lots[0][2] and lots[0][2].isoformat(),
            "low_stock_threshold": "0.000",
            "at": now.isoformat(),
        }
    )


def _subscribers() -> list[str]:
    from grocery.kernel.outbox.subscribers import registry

    return [subscriber.name for subscriber in registry.by_event[_CHANGED]]
