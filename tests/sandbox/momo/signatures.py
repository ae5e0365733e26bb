"""MoMo's signatures: HMAC-SHA256 over `key=value` pairs in alphabetical order, values as sent, in hexadecimal."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

#: What each message signs.
SIGNED = {
    "create": "accessKey amount extraData ipnUrl orderId orderInfo partnerCode redirectUrl requestId requestType",
    "create_response": "accessKey amount orderId partnerCode payUrl requestId responseTime resultCode",
    "ipn": (
        "accessKey amount extraData message orderId orderInfo orderType partnerCode payType requestId responseTime"
        " resultCode transId"
    ),
    "query": "accessKey orderId partnerCode requestId",
    "refund": "accessKey amount description orderId partnerCode requestId transId",
    "confirm": "accessKey amount description orderId partnerCode requestId requestType",
}


def raw(message: str, fields: Mapping[str, Any], access_key: str) -> str:
    """The signed text of this kind of message."""
    values = {**fields, "accessKey": access_key}
    return "&".join(f"{name}={values[name]}" for name in SIGNED[message].split())


def signature(text: str, secret_key: str) -> str:
    return hmac.new(secret_key.encode(), text.encode(), hashlib.sha256).hexdigest()
