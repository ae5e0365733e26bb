"""Ways from the staff's first page to the books."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from grocery.kernel import clock
from grocery.kernel.tiles import Tile, tile
from grocery.ledger import public as ledger
from grocery.ledger.models import OrderBook

_ROLES: Final = frozenset({"accountant", "manager", "admin"})


def _open(worker: Any) -> object:
    """How many orders of the worker's store stand open for too long."""
    still = OrderBook.objects.open().still_since(clock.now() - ledger.patience())
    return still.of_store(worker.store).count() or ""


tile(
    Tile(
        "admin:ledger_orderbook_changelist",
        _("Orders that do not close"),
        "alert",
        _("What was charged is not what was paid, to the đồng"),
        count=_open,
        roles=_ROLES,
        rank=43,
        query="?shown=still",
    )
)
tile(
    Tile(
        "admin:ledger_balance",
        _("Trial balance"),
        "clipboard",
        _("Accounts, journal and files for the accountants"),
        roles=_ROLES,
        rank=80,
    )
)
