"""The yardstick: what placing an order does to the database, written by hand in psycopg, without Django or types.

The same rows are locked, read and written, the idempotency key and the facts included, in as few statements as plain
SQL needs, prepared by psycopg. Nothing is checked that the product checks in Python: the least that it can cost.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from grocery.kernel.ids import new_id
from tests.load.inventory.bare import promise, tell

_KEY = """
    INSERT INTO kernel_idempotencykey (claim, scope, key, fingerprint, begun_at, lease_until, kept_until)
    VALUES (%s, %s, %s, '', now(), now(), now()) ON CONFLICT DO NOTHING
"""
_ANSWER = "UPDATE kernel_idempotencykey SET status = 201, headers = '{}', body = %s WHERE claim = %s"
_CART = """
    WITH cart AS (SELECT id FROM ordering_cart WHERE id = %s FOR UPDATE)
    DELETE FROM ordering_cartline USING cart WHERE cart_id = cart.id RETURNING sku
"""
_PRODUCTS = """
    SELECT sku, name_en, name_vi, price, unit, step, rate, coalesce(min_freshness_days, 0), image, tint
    FROM catalog_product CROSS JOIN LATERAL (
        SELECT rate FROM catalog_vatrate WHERE group_id = vat_group_id AND starts_on <= now()
        ORDER BY starts_on DESC LIMIT 1
    ) AS vat
    WHERE is_active AND sku = ANY(%s)
"""
_ADDRESS = """
    SELECT a.customer_id, a.recipient, a.phone, a.street, w.code, w.name, p.code, p.name FROM accounts_address a
    JOIN accounts_ward w ON w.code = a.ward_id JOIN accounts_province p ON p.code = w.province_id WHERE a.id = %s
"""
_SLOT = """
    WITH mine AS (
        DELETE FROM delivery_slothold WHERE slot_id = %s AND holder = %s AND until > now() RETURNING slot_id
    )
    SELECT day, starts_at, ends_at, zone, surcharge FROM delivery_slot JOIN mine ON mine.slot_id = id
    WHERE cutoff_at > now()
"""
_ZONE = """
    SELECT fee FROM delivery_deliveryzone z JOIN delivery_zoneward w ON w.zone_id = z.id
    WHERE z.store_id = %s AND w.ward_code = %s
"""
_DELIVERY = """
    WITH made AS (
        INSERT INTO delivery_delivery (id, order_id, customer_id, store_id, mode, state, slot_id, day, starts_at,
            ends_at, zone, fee, recipient, phone, ward_code, ward, province_code, province, street, note, driver,
            proof_note, booked_at)
        VALUES (%s, %s, %s, %s, 'delivery', 'scheduled', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '', '',
            '', now())
        RETURNING id
    )
    INSERT INTO delivery_deliverystep (delivery_id, state, at, note) SELECT id, 'scheduled', now(), '' FROM made
"""
_ORDER = """
    INSERT INTO ordering_order (id, epoch, sequence, state, customer_id, store_id, language, method, placed_at, mode,
        slot_id, slot_day, slot_starts_at, slot_ends_at, zone, recipient, phone, address, note, subtotal, fee,
        fee_vat_rate, total)
    VALUES (%s, 'G', DEFAULT, 'placed', %s, %s, 'vi', 'cash_on_delivery', now(), 'delivery', %s, %s, %s, %s, %s, %s,
        %s, %s, '', %s, %s, 8, %s) RETURNING number
"""
_LINES = """
    INSERT INTO ordering_orderline (order_id, position, sku, name_en, name_vi, price, unit, step, vat_rate,
        min_freshness_days, image, tint, quantity, amount)
    SELECT %s, line.*, 1, price FROM unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[],
        %s::numeric[], %s::numeric[], %s::int[], %s::text[], %s::text[])
        AS line(position, sku, name_en, name_vi, price, unit, step, vat_rate, days, image, tint)
"""
_PAYMENT = """
    INSERT INTO payments_payment (id, order_id, number, order_number, payer_id, store_id, method, provider, reference,
        state, amount, captured, refunded, refunding, failure_code, failed_attempt, opened_at, authorised_at, let_go)
    VALUES (%s, %s, 0, %s, %s, %s, 'cash_on_delivery', '', '', 'authorised', %s, 0, 0, 0, '', '', now(), now(), '')
"""
_CHANGE = "UPDATE ordering_cart SET version = version + 1 WHERE id = %s RETURNING store_id, version"
_ITEMS = "SELECT sku, quantity, note FROM ordering_cartline WHERE cart_id = %s ORDER BY id"
_ONE = f"""
    SELECT (SELECT count(*) FROM ordering_cartline WHERE cart_id = %s), line.* FROM ({_ITEMS}) AS line WHERE sku = %s
"""
_HELD = "SELECT slot_id FROM delivery_slothold WHERE holder = %s AND until > now()"
_SHELF = """
    SELECT item.sku, sum(lot.on_hand - lot.reserved) FROM inventory_stockitem item
    JOIN inventory_lot lot ON lot.stock_item_id = item.id
    WHERE item.location = %s AND item.sku = ANY(%s) AND (lot.expires_on >= %s OR lot.expires_on IS NULL)
    GROUP BY item.sku
"""
_PUT = "UPDATE ordering_cartline SET quantity = quantity + 1, touched_at = now() WHERE cart_id = %s AND sku = %s"
_SUBSCRIBERS = """
    SELECT event.name, array_agg(DISTINCT entry.subscriber) FROM kernel_outboxevent event
    JOIN kernel_inboxentry entry ON entry.event_id = event.id GROUP BY event.name
"""


@dataclass(frozen=True, slots=True)
class Checkout:
    """Whose cart, where to, when; and who is told what, as the product was seen to do."""

    cart_id: UUID
    address_id: str
    slot_id: str
    store_id: str


def subscribers(db: psycopg.Connection[Any]) -> Mapping[str, Sequence[str]]:
    """To whom each fact is owed."""
    return dict(db.execute(_SUBSCRIBERS).fetchall())


def place(db: psycopg.Connection[Any], checkout: Checkout, key: str, owed: Mapping[str, Sequence[str]]) -> None:
    """The cart becomes an order that is paid at the door, or an assertion."""
    claim = new_id()
    db.execute(_KEY, [claim, "bare", key])
    with db.transaction(), db.cursor() as cursor:
        number = _place(cursor, checkout, owed)
    db.execute("NOTIFY outbox")
    db.execute(_ANSWER, [json.dumps({"number": number}).encode(), claim])


def add(db: psycopg.Connection[Any], cart: UUID, sku: str, *, whole: bool) -> None:
    """One more of what is in the cart; answered with its line, or with all of them at their price and stock."""
    with db.transaction(), db.cursor() as cursor:
        store, version = cursor.execute(_CHANGE, [cart]).fetchall()[0]
        lines = cursor.execute(*((_ITEMS, [cart]) if whole else (_ONE, [cart, cart, sku]))).fetchall()
        cursor.execute(_HELD, [f"cart:{cart}"]).fetchall()
        skus = [line[0] for line in lines] if whole else [sku]
        products = {row[0]: row for row in cursor.execute(_PRODUCTS, [skus]).fetchall()}
        shelf = dict(cursor.execute(_SHELF, [store, skus, datetime.now(UTC).date()]).fetchall())
        cursor.execute(_PUT, [cart, sku])
    answer = [{"product": [str(value) for value in products[one]], "there": str(shelf.get(one))} for one in skus]
    json.dumps({"version": version, "lines": answer})


def _place(cursor: psycopg.Cursor[Any], checkout: Checkout, owed: Mapping[str, Sequence[str]]) -> str:
    order, now = new_id(), datetime.now(UTC)
    skus = [sku for (sku,) in cursor.execute(_CART, [checkout.cart_id]).fetchall()]
    assert skus
    products = cursor.execute(_PRODUCTS, [skus]).fetchall()
    customer, name, phone, street, *place = cursor.execute(_ADDRESS, [checkout.address_id]).fetchall()[0]
    slot = cursor.execute(_SLOT, [checkout.slot_id, f"cart:{checkout.cart_id}"]).fetchall()[0]
    day, starts, ends, zone, surcharge = slot
    fee = cursor.execute(_ZONE, [checkout.store_id, place[0]]).fetchall()[0][0] + surcharge
    where = [name, phone, *place, street]
    who = [customer, checkout.store_id]
    cursor.execute(_DELIVERY, [new_id(), order, *who, checkout.slot_id, *slot[:4], fee, *where])
    until = ends + timedelta(days=1)
    facts = promise(cursor, UUID(checkout.store_id), day, f"order:{order}", skus, until, now)
    goods = sum(product[3] for product in products)
    label = [name, phone, f"{street}, {place[1]}, {place[3]}"]
    when = [checkout.slot_id, day, starts, ends, zone]
    row = [order, *who, *when, *label, goods, fee, goods + fee]
    number = str(cursor.execute(_ORDER, row).fetchall()[0][0])
    positions = list(range(1, len(products) + 1))
    cursor.execute(_LINES, [order, positions, *map(list, zip(*products, strict=True))])
    cursor.execute(_PAYMENT, [new_id(), order, number, *who, goods + fee])
    lines = [{"sku": sku, "quantity": "1"} for sku in skus]
    said = {"event_id": str(new_id()), "order_id": str(order), "number": number, "lines": lines}
    names = ("payments.PaymentAuthorised", "ordering.OrderPlaced")
    facts += [(name, f"order:{order}", json.dumps(said)) for name in names]
    tell(cursor, facts, owed)
    return number
