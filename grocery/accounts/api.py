"""Storefront HTTP routes of accounts: mapping only."""

from __future__ import annotations

from ninja import Router

router = Router(tags=["accounts"])
