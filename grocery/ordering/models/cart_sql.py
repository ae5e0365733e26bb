"""Statements about carts that name no columns of models."""

from __future__ import annotations

from typing import Final

SEEN: Final = ["price_seen", "shortage_seen", "sold_seen", "discount_seen"]
AS_PUT: Final = "(cart_id, sku) DO UPDATE SET " + ", ".join(
    f"{column} = EXCLUDED.{column}" for column in ["quantity", *SEEN, "near_expiry", "touched_at"]
)
SAW_OFFERS: Final = 'UPDATE "ordering_cart" SET offers_seen = %s::uuid[] WHERE id = %s RETURNING id'
IF_UNCHANGED: Final = 'UPDATE "ordering_cart" SET version = version + 1 WHERE id = %s AND version = %s RETURNING id'
BEGIN_CART: Final = """
    INSERT INTO "ordering_cart" (id, customer_id, token, store_id, zone) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT DO NOTHING
"""
MINE: Final = """
    WITH mine AS (
        SELECT id FROM "ordering_cart" WHERE <owner> = %s AND (%s::uuid IS NULL OR store_id = %s)
        ORDER BY id DESC LIMIT 1
    )
"""
READ: Final = 'SELECT <columns> FROM "ordering_cart" JOIN mine ON mine.id = "ordering_cart".id'
#: A change takes the cart's next version and with it the lock: no change can be forgotten.
NEXT: Final = """
    UPDATE "ordering_cart" SET version = version + 1 FROM mine WHERE "ordering_cart".id = mine.id RETURNING <columns>
"""
