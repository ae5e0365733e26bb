"""Webhooks signed as Stripe signs them, by hand."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

SECRET = "whsec_sandbox"
SHARED = Path(__file__).resolve().parents[3] / "shared"
RECORDED = sorted((SHARED / "data/stripe_webhooks/events").glob("*.json"))
CURRENT_OBJECTS = SHARED / "data/stripe_webhooks/objects_openapi_fixtures3_subset.json"
VECTORS = SHARED / "integrations/vectors/vectors.json"


def shared(path: Path) -> Any:
    """What is in a file of the data that lies beside the project; the test is skipped where it does not."""
    if not path.exists():
        pytest.skip(f"{path.name} is not here: the folder of shared data is absent")
    return json.loads(path.read_text(encoding="utf-8"))


def v1(body: bytes, at: datetime, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), b"%d." % at.timestamp() + body, hashlib.sha256).hexdigest()


def signed(body: bytes, at: datetime, *secrets: str) -> dict[str, str]:
    """The header, one v1 per secret."""
    each = "".join(f",v1={v1(body, at, secret)}" for secret in secrets or (SECRET,))
    return {"stripe-signature": f"t={int(at.timestamp())}{each}"}


def event(kind: str = "customer.created", event_id: str = "evt_1", **about: Any) -> bytes:
    return json.dumps({"id": event_id, "object": "event", "type": kind, "data": {"object": about}}).encode()
