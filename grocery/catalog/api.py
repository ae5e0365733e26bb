"""Storefront HTTP routes of catalog: mapping only."""

from __future__ import annotations

from ninja import Router

router = Router(tags=["catalog"])
