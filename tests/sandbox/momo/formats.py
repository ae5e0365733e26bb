"""What a request must look like, before anything is looked up."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

from tests.sandbox.momo.codes import Refused
from tests.sandbox.store import Document

ORDER_ID = re.compile(r"[0-9a-zA-Z]([-_.]*[0-9a-zA-Z]+)*")
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[\x21-\x7e]+")
MOST_ITEMS = 50
#: Smallest amounts: of the wallet, and of a domestic card.
SMALLEST = {"captureWallet": 1_000, "payWithMethod": 1_000, "payWithATM": 10_000}
LARGEST = 50_000_000
#: Required texts and how long they may be.
TEXTS = {
    "create": {
        "partnerCode": 50,
        "requestId": 50,
        "orderId": 200,
        "orderInfo": 255,
        "redirectUrl": 1_000,
        "ipnUrl": 1_000,
        "requestType": 50,
        "extraData": 1_000,
    },
    "query": {"partnerCode": 50, "requestId": 50, "orderId": 200},
    "refund": {"partnerCode": 50, "requestId": 50, "orderId": 200, "description": 255},
    "confirm": {"partnerCode": 50, "requestId": 50, "orderId": 200, "description": 255, "requestType": 50},
}
MAY_BE_EMPTY = {"extraData", "description"}
NUMBERS = {"create": ["amount"], "query": [], "refund": ["amount", "transId"], "confirm": ["amount"]}


def read(operation: str, body: bytes) -> Document:
    """The fields of a request. Raises Refused 20 for whatever is not as documented."""
    try:
        fields = json.loads(body)
    except ValueError as error:
        raise Refused(20, "The body is not JSON.") from error
    if not isinstance(fields, dict):
        raise Refused(20, "The body is not an object.")
    for name, longest in TEXTS[operation].items():
        _check_text(fields, name, longest)
    for name in NUMBERS[operation]:
        _check_number(fields, name)
    if not ORDER_ID.fullmatch(fields["orderId"]):
        raise _wrong("orderId")
    if not isinstance(fields.get("signature"), str):
        raise _wrong("signature")
    return fields


def _wrong(name: str) -> Refused:
    return Refused(20, f"Bad format request: {name}.")


def _check_text(fields: Document, name: str, longest: int) -> None:
    """`description` alone may be left out; it is signed as the empty text then."""
    if name == "description":
        fields.setdefault(name, "")
    value = fields.get(name)
    if not isinstance(value, str) or len(value) > longest or not (value or name in MAY_BE_EMPTY):
        raise _wrong(name)


def _check_number(fields: Document, name: str) -> None:
    """A whole number, or its digits as text; what is signed is what was sent."""
    value: Any = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise _wrong(name)
    if isinstance(value, str) and not re.fullmatch(r"-?[0-9]{1,18}", value):
        raise _wrong(name)


def check_create(fields: Document) -> None:
    """What only a create has: addresses, extra data, items, kinds of payment, the range of its amount."""
    for name in ("redirectUrl", "ipnUrl"):
        if not ADDRESS.fullmatch(fields[name]):
            raise _wrong(name)
    if not fields["ipnUrl"].startswith(("http://", "https://")):
        raise _wrong("ipnUrl")
    if fields["requestType"] not in SMALLEST:
        raise _wrong("requestType")
    if not isinstance(fields.get("autoCapture", True), bool):
        raise _wrong("autoCapture")
    _check_extra_data(fields["extraData"])
    _check_items(fields.get("items", []))
    check_range(int(fields["amount"]), SMALLEST[fields["requestType"]])


def check_range(amount: int, smallest: int) -> None:
    """21 for what is no amount at all, 22 for one out of range."""
    if amount <= 0:
        raise Refused(21)
    if not smallest <= amount <= LARGEST:
        raise Refused(22)


def _check_extra_data(text: str) -> None:
    """Empty, or JSON in base64."""
    try:
        json.loads(base64.b64decode(text, validate=True) or b"{}")
    except (binascii.Error, ValueError) as error:
        raise _wrong("extraData") from error


def _check_items(items: Any) -> None:
    if not isinstance(items, list) or len(items) > MOST_ITEMS:
        raise Refused(47)
    if any(not isinstance(item, dict) or not item.get("id") or not item.get("name") for item in items):
        raise Refused(47)
    if len({item["id"] for item in items}) < len(items):
        raise Refused(45)
