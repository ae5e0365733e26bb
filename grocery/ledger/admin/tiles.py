"""Ways from the staff's first page to the books."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from grocery.kernel import clock
from grocery.kernel.tiles import Tile, tile
from grocery.ledger import public as ledger
from grocery.ledger.models import Invoice, OrderBook

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


def _invoices(worker: Any) -> object:
    """How many invoices of the worker's store wait for somebody."""
    waiting = Invoice.objects.for_somebody(ledger.stuck_since(clock.now()))
    return waiting.of_store(worker.store).count() or ""


tile(
    Tile(
        "admin:ledger_invoice_changelist",
        _("Electronic invoices"),
        "clipboard",
        _("Those that were refused or not answered, and all others"),
        count=_invoices,
        roles=_ROLES,
        rank=44,
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
