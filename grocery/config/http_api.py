"""The storefront HTTP API, put together from the domains' routers."""

from __future__ import annotations

from ninja import NinjaAPI

from grocery.accounts.api import router as accounts
from grocery.catalog.api import router as catalog
from grocery.config.auth import BearerOrGuest
from grocery.delivery.api import router as delivery
from grocery.inventory.api import router as inventory
from grocery.kernel import problems
from grocery.ordering.api import router as ordering
from grocery.payments.api import router as payments

api = NinjaAPI(
    title="Grocery storefront API",
    version="1",
    docs_url="docs",
    openapi_url="openapi.json",
    auth=BearerOrGuest(),
)
problems.install(api)
for router in (accounts, catalog, inventory, delivery, ordering, payments):
    api.add_router("", router)
