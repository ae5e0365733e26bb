"""How MoMo is spoken to: signatures, requests, answers.

HMAC-SHA256 over `key=value` joined with `&` in alphabetical order, values as they are sent, in lower-case hex:
https://developers.momo.vn/v3/docs/payment/api/other/signature/
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import ssl
import weakref
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import httpx
import structlog

from grocery.payments.gateways.momo_codes import LATER, MAINTENANCE, REFUSED_US
from grocery.payments.gateways.provider import OutcomeUnknown

log = structlog.get_logger()
logging.getLogger("httpx").setLevel(logging.WARNING)

#: What each message signs.
SIGNED: Final[Mapping[str, tuple[str, ...]]] = {
    message: tuple(names.split())
    for message, names in {
        "create": "accessKey amount extraData ipnUrl orderId orderInfo partnerCode redirectUrl requestId requestType",
        "created": "accessKey amount orderId partnerCode payUrl requestId responseTime resultCode",
        "ipn": (
            "accessKey amount extraData message orderId orderInfo orderType partnerCode payType requestId"
            " responseTime resultCode transId"
        ),
        "query": "accessKey orderId partnerCode requestId",
        "refund": "accessKey amount description orderId partnerCode requestId transId",
        "confirm": "accessKey amount description orderId partnerCode requestId requestType",
    }.items()
}


class Wire:
    """One merchant's connection. Its keys are never printed."""

    def __init__(
        self, *, api_url: str, partner_code: str, access_key: str, secret_key: str, timeouts: tuple[float, float]
    ) -> None:
        self.partner_code, self._access_key, self._secret_key = partner_code, access_key, secret_key
        connect, answer = timeouts
        # A connection that could not be made is tried once more: nothing was asked yet.
        self._client = httpx.Client(
            base_url=api_url,
            timeout=httpx.Timeout(answer, connect=connect),
            transport=httpx.HTTPTransport(retries=1, verify=_trusted()),
        )

        weakref.finalize(self, self._client.close)

    def __repr__(self) -> str:
        return "<Wire>"

    def signature(self, message: str, fields: Mapping[str, Any]) -> str:
        """Of this kind of message. Raises KeyError where a signed field is missing."""
        values = {**fields, "accessKey": self._access_key}
        raw = "&".join(f"{name}={as_sent(values[name])}" for name in SIGNED[message])
        return hmac.new(self._secret_key.encode(), raw.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def is_signed(self, message: str, fields: Mapping[str, Any]) -> bool:
        """By MoMo, for us; compared in constant time. Without a key of ours nothing is."""
        theirs = fields.get("signature")
        if not (self._secret_key and isinstance(theirs, str)):
            return False
        try:
            ours = self.signature(message, fields)
        except KeyError:
            return False
        return hmac.compare_digest(ours.encode(), theirs.encode("utf-8", "surrogatepass"))

    def ask(self, operation: str, **fields: Any) -> Mapping[str, Any]:
        """MoMo's answer, `resultCode` a number, about the order that was asked for.

        Raises OutcomeUnknown where there is none, and for the codes that say to come again: maintenance, a
        conflicting operation, and all that says that it does not know us, which is for a person to mend.
        """
        asked = {"partnerCode": self.partner_code, "lang": "vi", **fields}
        asked["signature"] = self.signature(operation, asked)
        try:
            response = self._client.post(f"/v2/gateway/api/{operation}", json=asked)
        except httpx.HTTPError:
            raise OutcomeUnknown("no_answer", away=True) from None
        answer = _read(response)
        code = answer["resultCode"]
        if code in REFUSED_US:
            log.error("momo_does_not_know_us", operation=operation, code=code)
        if code in LATER:
            raise OutcomeUnknown(str(code), away=code == MAINTENANCE)
        if any(answer.get(name, asked[name]) != asked[name] for name in ("partnerCode", "orderId")):
            raise OutcomeUnknown("answer_about_another")
        return answer


def as_sent(value: Any) -> str:
    """A value as it stands in the signed text: that of the JSON, without its quotes."""
    return value if isinstance(value, str) else json.dumps(value)


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates are believed; reading them takes a tenth of a second."""
    return httpx.create_ssl_context()


def _read(response: httpx.Response) -> dict[str, Any]:
    """A 5xx settles nothing, whatever it says; nor does an answer that is not MoMo's."""
    status = f"http_{response.status_code}"
    if response.is_server_error:
        raise OutcomeUnknown(status, away=True)
    try:
        answer = response.json()
        return {**answer, "resultCode": int(answer["resultCode"])}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise OutcomeUnknown(status) from None
