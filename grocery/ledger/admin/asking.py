"""Who is asking, and whose books they see."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from grocery.accounts import public as accounts
from grocery.catalog import public as catalog
from grocery.kernel.principal import Principal
from grocery.kernel.reader import language


def asker(request: HttpRequest) -> Principal:
    return accounts.principal_of_session(request.user)


def check_may(request: HttpRequest, permission: str) -> None:
    """Raise PermissionDenied unless they may `view_entry`, `add_entry` …"""
    if not request.user.has_perm(f"ledger.{permission}"):
        raise PermissionDenied


def order_link(order_id: UUID, number: str) -> str:
    """To the books of an order."""
    return format_html('<a href="{}">{}</a>', reverse("admin:ledger_order", args=[order_id]), number)


def store_names() -> dict[UUID, str]:
    """All stores, in the reader's language."""
    return {UUID(str(store.id)): store.name(language()) for store in catalog.stores()}
