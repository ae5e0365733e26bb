"""A shop at noon, and its books."""

from __future__ import annotations

from tests.ordering.conftest import lan, shop

__all__ = ["lan", "shop"]
