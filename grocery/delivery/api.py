"""Storefront HTTP routes of delivery: mapping only."""

from __future__ import annotations

from ninja import Router

router = Router(tags=["delivery"])
