"""Which provider issues invoices, by configuration."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from grocery.ledger.gateways.invoice_provider import InvoiceProvider


def invoice_provider() -> InvoiceProvider | None:
    """The one that is configured; None: invoices are prepared and wait."""
    if not settings.INVOICE_PROVIDER:
        return None
    return cast("InvoiceProvider", import_string(settings.INVOICE_GATEWAYS[settings.INVOICE_PROVIDER])())
