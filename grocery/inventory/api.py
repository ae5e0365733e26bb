"""Storefront HTTP routes of inventory: mapping only."""

from __future__ import annotations

from ninja import Router

router = Router(tags=["inventory"])
