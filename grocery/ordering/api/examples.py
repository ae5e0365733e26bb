"""One of each, for the API's documentation; a test holds them against the schemas."""

from __future__ import annotations

from typing import Any, Final

STORE_ID: Final = "01990000-0000-7000-8000-000000000001"
SLOT_ID: Final = "01990000-0000-7000-8000-0000000000a1"
ORDER_ID: Final = "01990000-0000-7000-8000-0000000000c1"

BUYER: Final[dict[str, Any]] = {
    "tax_code": "0301482886",
    "company": "Công ty TNHH Hoa Sen",
    "address": "12 Nguyễn Huệ, Phường Sài Gòn, TP. Hồ Chí Minh",
    "email": "ketoan@example.com",
}
CHECKOUT: Final[dict[str, Any]] = {
    "slot_id": SLOT_ID,
    "method": "card",
    "address_id": "01990000-0000-7000-8000-0000000000d1",
    "note": "Bấm chuông hai lần",
    "expected_total": 84300,
    "use_credit": True,
    "expected_credit": 50000,
    "answers": [],
    "company": BUYER,
}
VAT: Final[dict[str, Any]] = {"rate": 8, "gross": 84300, "vat": 6244}
ADJUSTMENT: Final[dict[str, Any]] = {
    "offer_id": "01990000-0000-7000-8000-0000000000f1",
    "kind": "sku",
    "name": "Tuần lễ sữa",
    "quantity": 2,
    "amount": -7700,
}
NEAR_EXPIRY: Final[dict[str, Any]] = {"percent": 30, "available": 4, "expires_on": "2026-11-22"}
COUPON: Final[dict[str, Any]] = {"code": "TET-2027", "state": "applied"}
_SLOT: Final[dict[str, Any]] = {
    "starts_at": "2026-11-20T09:00:00Z",
    "ends_at": "2026-11-20T11:00:00Z",
}
HELD_SLOT: Final[dict[str, Any]] = {
    "slot_id": SLOT_ID,
    "day": "2026-11-20",
    **_SLOT,
    "until": "2026-11-20T05:15:00Z",
}
CART_LINE: Final[dict[str, Any]] = {
    "sku": "milk-950",
    "name": "Sữa tươi không đường 950 ml",
    "price": 38500,
    "unit": "piece",
    "step": 1,
    "piece_weight": None,
    "quantity": 2,
    "list_amount": 77000,
    "adjustments": [ADJUSTMENT],
    "amount": 69300,
    "near_expiry": False,
    "reduced": [NEAR_EXPIRY],
    "image": "milk.webp",
    "tint": "sky",
    "available": 12,
    "shortage": 0,
    "on_sale": True,
    "price_change": None,
    "news": [],
    "discount_before": 0,
    "note": "",
    "substitution": None,
    "substitute_sku": "",
    "excess": 0,
}
CART: Final[dict[str, Any]] = {
    "id": "01990000-0000-7000-8000-0000000000e1",
    "token": "5f0c6a52-6d1a-4c0e-9a3e-0f4d0f6f7c11",
    "version": 7,
    "store_id": STORE_ID,
    "currency": "VND",
    "lines": [CART_LINE],
    "slot": HELD_SLOT,
    "subtotal": 77000,
    "discount": 7700,
    "fee": 15000,
    "fee_discount": 0,
    "fee_adjustments": [],
    "coupons": [COUPON],
    "vat": [VAT],
    "total": 84300,
    "ceiling": 84300,
    "can_be_ordered": True,
    "substitution": "similar",
    "day": "2026-11-20",
    "wanted_day": None,
    "day_passed": False,
    "ended_offers": [],
    "minimum": 0,
    "missing": 0,
}
CHANGED_ITEM: Final[dict[str, Any]] = {
    "cart_id": CART["id"],
    "token": CART["token"],
    "version": 8,
    "line_count": 1,
    "line": CART_LINE,
}
PLACED: Final[dict[str, Any]] = {
    "id": ORDER_ID,
    "number": "G-20418",
    "state": "placed",
    "total": 84300,
    "currency": "VND",
    "pay_by": "2026-11-20T05:15:00Z",
}
PAYMENT: Final[dict[str, Any]] = {
    "order_id": ORDER_ID,
    "method": "card",
    "state": "pending",
    "amount": 84300,
    "currency": "VND",
    "client_secret": "pi_3Q_secret_9x",
    "publishable_key": "pk_live_51",
    "js_url": "https://js.stripe.com/v3/",
    "pay_url": None,
    "qr": None,
    "transfer": None,
    "pay_until": "2026-11-20T09:45:00Z",
    "keeps_card": False,
}
TENDER_TO_COME: Final[dict[str, Any]] = {
    "order_id": ORDER_ID,
    "method": "cash_on_delivery",
    "changes_to": "momo",
    "to_pay": 84300,
    "pay_until": "2026-11-20T09:45:00Z",
}
TRANSFER: Final[dict[str, Any]] = {
    "bank": "Vietcombank",
    "bank_bin": "970436",
    "account": "0123456789",
    "holder": "CONG TY GROCERY",
    "memo": "4XK9AHJ7CPRM3",
}
ORDER_LINE: Final[dict[str, Any]] = {
    "sku": "milk-950",
    "name": "Sữa tươi không đường 950 ml",
    "price": 38500,
    "unit": "piece",
    "piece_weight": None,
    "vat_rate": 8,
    "quantity": 2,
    "list_amount": 77000,
    "adjustments": [ADJUSTMENT],
    "amount": 69300,
    "packed": None,
    "packed_amount": None,
    "image": "milk.webp",
    "tint": "sky",
    "note": "",
    "substitution": "similar",
    "substitute_sku": "",
    "replaces": "",
}
TIMELINE_ENTRY: Final[dict[str, Any]] = {
    "state": "placed",
    "at": "2026-11-20T05:00:00Z",
    "by": "customer",
    "reason": "",
    "motive": "",
}
LINE_CHANGE: Final[dict[str, Any]] = {
    "sku": "milk-950",
    "name": "Sữa tươi không đường 950 ml",
    "unit": "piece",
    "before": 3,
    "after": 2,
}
SLOT_MOVE: Final[dict[str, Any]] = {
    "starts_before": "2026-11-20T09:00:00Z",
    "ends_before": "2026-11-20T11:00:00Z",
    "starts_at": "2026-11-21T09:00:00Z",
    "ends_at": "2026-11-21T11:00:00Z",
}
TENDER_CHANGE: Final[dict[str, Any]] = {"before": "bank_transfer", "after": "cash_on_delivery"}
ORDER_CHANGE: Final[dict[str, Any]] = {
    "kind": "part_cancelled",
    "at": "2026-11-20T05:10:00Z",
    "by": "customer",
    "motive": "mistake",
    "note": "",
    "lines": [LINE_CHANGE],
    "total_before": 130500,
    "total": 84300,
    "moved": None,
    "tender": None,
}
_SLOT_OF_ORDER: Final[dict[str, Any]] = {
    "slot_day": "2026-11-20",
    "slot_starts_at": _SLOT["starts_at"],
    "slot_ends_at": _SLOT["ends_at"],
    "zone": "Asia/Ho_Chi_Minh",
}
ORDER: Final[dict[str, Any]] = {
    "id": ORDER_ID,
    "number": "G-20418",
    "state": "placed",
    "store_id": STORE_ID,
    "method": "card",
    "placed_at": "2026-11-20T05:00:00Z",
    "pay_by": "2026-11-20T05:15:00Z",
    **_SLOT_OF_ORDER,
    "mode": "delivery",
    "recipient": "Nguyễn Thị Lan",
    "phone": "+84903123456",
    "address": "18/3 Lê Anh Xuân, Phường Bến Thành, Thành phố Hồ Chí Minh",
    "note": "Bấm chuông hai lần",
    "currency": "VND",
    "lines": [ORDER_LINE],
    "gone": [],
    "timeline": [TIMELINE_ENTRY],
    "changes": [ORDER_CHANGE],
    "subtotal": 77000,
    "discount": 7700,
    "fee": 15000,
    "fee_discount": 0,
    "fee_adjustments": [],
    "total": 84300,
    "vat": [VAT],
    "ceiling": 92000,
    "charged": None,
    "given_back": 0,
    "may_be_cancelled": True,
    "awaits_payment": True,
}
ORDER_SUMMARY: Final[dict[str, Any]] = {
    "id": ORDER_ID,
    "number": "G-20418",
    "state": "placed",
    "placed_at": "2026-11-20T05:00:00Z",
    **_SLOT_OF_ORDER,
    "line_count": 1,
    "pictures": ["milk.webp"],
    "total": 84300,
    "method": "cash_on_delivery",
}
REORDERED_LINE: Final[dict[str, Any]] = {
    "sku": "milk-950",
    "name": "Sữa tươi không đường 950 ml",
    "unit": "piece",
    "wanted": 2,
    "in_cart": 2,
    "price_before": 36500,
    "price": 38500,
    "outcome": "dearer",
}
LINE_EFFECT: Final[dict[str, Any]] = {
    "sku": "milk-950",
    "name": "Sữa tươi thanh trùng không đường",
    "unit": "piece",
    "before": 2,
    "after": 3,
    "amount_before": 77000,
    "amount": 115500,
    "adjustments": [],
}
OFFER_EFFECT: Final[dict[str, Any]] = {"name": "Miễn phí giao hàng", "before": 15000, "after": 0}
WINDOW: Final[dict[str, Any]] = {
    "slot_id": SLOT_ID,
    "day": "2026-11-21",
    "starts_at": "2026-11-21T09:00:00Z",
    "ends_at": "2026-11-21T11:00:00Z",
}
EDITED: Final[dict[str, Any]] = {
    "outcome": "waits_for_payment",
    "total_before": 92000,
    "total": 130500,
    "ceiling": 130500,
    "goods_before": 77000,
    "goods": 115500,
    "fee_before": 15000,
    "fee": 15000,
    "lines": [LINE_EFFECT],
    "offers": [],
    "coupons": [],
    "window": None,
    "to_pay": 38500,
    "pay_by": "2026-11-20T05:25:00Z",
}
EDIT_SLOT: Final[dict[str, Any]] = {
    "slot_id": SLOT_ID,
    "day": "2026-11-21",
    "starts_at": "2026-11-21T09:00:00Z",
    "ends_at": "2026-11-21T11:00:00Z",
    "cutoff_at": "2026-11-21T08:00:00Z",
    "state": "open",
    "fee": 15000,
    "current": False,
}
