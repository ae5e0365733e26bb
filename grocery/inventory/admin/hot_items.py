"""What staff say about flash sales: items that many may buy of at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from grocery.accounts import public as accounts
from grocery.inventory import public as inventory
from grocery.inventory.models import StockItem

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def _action(rule: inventory.HotRule, label: StrOrPromise) -> Callable[..., None]:
    @admin.action(description=label, permissions=["switch"])
    def switch(_admin: Any, request: HttpRequest, chosen: QuerySet[StockItem]) -> None:
        """One transaction each: an item that is sold of at this moment does not hold up the others."""
        own = accounts.principal_of_session(request.user).store_id
        items = [item for item in chosen if own in {None, item.location}]
        for item in items:
            inventory.set_hot_rule(sku=item.sku, location=item.location, rule=rule)
        messages.success(request, _("Flash sale: %(count)s items set.") % {"count": len(items)})

    switch.__name__ = f"flash_sale_{rule.value}"
    return switch


#: For the list of items.
ACTIONS = (
    _action(inventory.HotRule.ON, _("Flash sale: on")),
    _action(inventory.HotRule.AUTO, _("Flash sale: by itself")),
    _action(inventory.HotRule.OFF, _("Flash sale: never")),
)


class MaySwitch:
    """Who may change stock may say this."""

    def has_switch_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("inventory.change_stockitem"))
