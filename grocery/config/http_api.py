"""The storefront HTTP API, put together from the domains' routers."""

from __future__ import annotations

from ninja import NinjaAPI

api = NinjaAPI(title="Grocery storefront API", version="1", docs_url="docs", openapi_url="openapi.json")
