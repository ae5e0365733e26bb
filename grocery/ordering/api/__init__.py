"""Storefront HTTP routes of ordering: mapping only."""

from ninja import Router

from grocery.ordering.api.carts import router as carts
from grocery.ordering.api.edits import router as orders
from grocery.ordering.api.invoices import router as invoices
from grocery.ordering.api.items import router as items
from grocery.ordering.api.paying import router as paying
from grocery.ordering.api.returns import router as returns
from grocery.ordering.api.substitutions import router as substitutions
from grocery.ordering.api.weights import router as weights
from grocery.ordering.api.wishes import router as wishes

router = Router(tags=["ordering"])
router.add_router("", carts)
router.add_router("", items)
router.add_router("", orders)
router.add_router("", invoices)
router.add_router("", paying)
router.add_router("", returns)
router.add_router("", substitutions)
router.add_router("", weights)
router.add_router("", wishes)
