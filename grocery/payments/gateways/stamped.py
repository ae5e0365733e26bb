"""Signatures with a time stamp, as Stripe and our bank make them: `t=<unix>,v1=<hex>[,v1=<hex>…]`."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from grocery.payments.gateways.provider import NotSigned

#: Signed longer ago or further ahead than this is a replay or a wrong clock.
TOLERANCE: Final = timedelta(seconds=300)


def check(body: bytes, header: str, secrets: Sequence[str], *, now: datetime) -> None:
    """HMAC-SHA256 over `<t>.<body>` by one of the secrets; several v1 while one is being rolled. Raises NotSigned."""
    pairs = [part.strip().partition("=") for part in header.split(",")]
    stamps = [value for name, _, value in pairs if name == "t"]
    signatures = [value.encode() for name, _, value in pairs if name == "v1"]
    if len(stamps) != 1 or not (stamps[0].isascii() and stamps[0].isdigit()) or not signatures:
        raise NotSigned("its signature is missing or unreadable")
    if abs(int(stamps[0][:12]) - now.timestamp()) > TOLERANCE.total_seconds():
        raise NotSigned("it was not signed just now")
    signed = stamps[0].encode() + b"." + body
    expected = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest().encode() for secret in secrets]
    if not any(hmac.compare_digest(ours, theirs) for ours in expected for theirs in signatures):
        raise NotSigned("no signature matches")
