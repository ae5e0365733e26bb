"""Every address of the live role."""

from __future__ import annotations

from django.conf import settings
from django.urls import include, path

from grocery.accounts import public as accounts
from grocery.inventory.live import StockStream
from grocery.inventory.public import LiveStock
from grocery.kernel import clock

live = LiveStock(
    streams=settings.LIVE_STREAMS, streams_per_address=settings.LIVE_STREAMS_PER_ADDRESS, clock=clock.now
)
#: Only where streams have an address of their own; usually they are on the site, and nobody else's pages read them.
_pages_from = settings.PUBLIC_URL if settings.LIVE_URL not in {"", settings.PUBLIC_URL} else ""

urlpatterns = [
    path("", include("grocery.kernel.urls")),
    path("live/stock", StockStream(live, address_of=accounts.address_of, pages_from=_pages_from)),
]
