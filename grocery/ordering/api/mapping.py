"""What carts and orders have in common in an answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from grocery.ordering import public as ordering


def adjustments(found: Iterable[ordering.Adjustment], language: str) -> list[dict[str, Any]]:
    """Offers' effects, each named in the asker's language."""
    return [
        {
            "offer_id": effect.offer_id,
            "kind": effect.kind,
            "name": effect.name(language),
            "quantity": effect.quantity,
            "amount": effect.amount,
        }
        for effect in found
    ]
