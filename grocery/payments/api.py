"""Storefront HTTP routes of payments: mapping only."""

from __future__ import annotations

from ninja import Router

router = Router(tags=["payments"])
