"""A merchant of MoMo's, for the sandbox's own tests: signs as the fact sheet says, by a hand of its own."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import urllib.error
import urllib.request
from typing import Any

ACCESS_KEY, SECRET_KEY, PARTNER = "momo_access_sandbox", "momo_secret_sandbox", "MOMOSANDBOX"
#: What is never signed.
UNSIGNED = {"lang", "autoCapture", "items", "userInfo", "signature", "accessKey"}
_numbers = itertools.count(1)


class Merchant:
    """Calls the gateway; every field may be changed or left out (None) after it was signed."""

    def __init__(self, url: str) -> None:
        self.url = url

    def create(self, order_id: str = "G-1-P1", amount: Any = 125_000, **more: Any) -> Any:
        fields = {
            "amount": amount,
            "orderId": order_id,
            "orderInfo": "Thanh toan don G-1",
            "redirectUrl": "http://127.0.0.1:9/return",
            "ipnUrl": "http://127.0.0.1:9/ipn",
            "requestType": "captureWallet",
            "extraData": "",
        }
        return self.call("create", {**fields, **more})

    def query(self, order_id: str = "G-1-P1", **more: Any) -> Any:
        return self.call("query", {"orderId": order_id, **more})

    def refund(self, transaction: int, amount: int, order_id: str = "G-1-R1", **more: Any) -> Any:
        fields = {"orderId": order_id, "amount": amount, "transId": transaction, "description": ""}
        return self.call("refund", {**fields, **more})

    def confirm(self, what: str, amount: int = 125_000, order_id: str = "G-1-P1", **more: Any) -> Any:
        fields = {"orderId": order_id, "amount": amount, "requestType": what, "description": ""}
        return self.call("confirm", {**fields, **more})

    def call(self, operation: str, fields: dict[str, Any], *, forged: dict[str, Any] | None = None) -> Any:
        """The answer, with `http` for its status."""
        sent = {"partnerCode": PARTNER, "requestId": f"request-{next(_numbers)}", **fields}
        sent["signature"] = sign({name: sent[name] for name in sent if name not in UNSIGNED})
        return self.send(operation, json.dumps({**sent, **(forged or {})}).encode())

    def send(self, operation: str, body: bytes) -> Any:
        address = f"{self.url}/v2/gateway/api/{operation}"
        request = urllib.request.Request(address, data=body, headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return {**json.loads(answer.read()), "http": answer.status}
        except urllib.error.HTTPError as error:
            with error:
                text = error.read()
            return {**(json.loads(text) if text.startswith(b"{") else {}), "http": error.code}


def sign(fields: dict[str, Any]) -> str:
    """Over the values by the alphabetical order of their names."""
    pairs = sorted({**fields, "accessKey": ACCESS_KEY}.items())
    text = "&".join(f"{name}={value}" for name, value in pairs)
    return hmac.new(SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def genuine(ipn: dict[str, Any]) -> bool:
    """Whether this notice, of IPN or redirect, is signed by MoMo."""
    names = (
        "amount extraData message orderId orderInfo orderType partnerCode payType requestId responseTime resultCode"
        " transId"
    )
    return bool(ipn["signature"] == sign({name: ipn[name] for name in names.split()}))
