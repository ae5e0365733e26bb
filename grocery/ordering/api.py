"""Storefront HTTP routes of ordering: mapping only."""

from __future__ import annotations

from ninja import Router

router = Router(tags=["ordering"])
