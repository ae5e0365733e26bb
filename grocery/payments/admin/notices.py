"""What providers and the bank have told us, as it came."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from grocery.accounts import public as accounts
from grocery.kernel import clock
from grocery.kernel.admin import ReadOnly
from grocery.kernel.tiles import Tile, tile
from grocery.payments import public as payments
from grocery.payments.models import ProviderNotice


@admin.register(ProviderNotice)
class ProviderNoticeAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("kind", "reference", "outcome", "provider", "event_id", "received_at", "applied_at")
    list_filter = ("outcome", "provider", "kind", ("received_at", admin.DateFieldListFilter))
    search_fields = ("reference", "event_id")
    ordering = ("-received_at",)
    actions = ("mark_as_read",)

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """May say that there is nothing left to do about a notice."""
        return request.user.has_perm("payments.change_incomingtransfer")

    @admin.action(description=_("Seen to: nothing is left to do"), permissions=["decide"])
    def mark_as_read(self, request: HttpRequest, chosen: QuerySet[ProviderNotice]) -> None:
        """Of those that make no sense; the others are not touched."""
        ids = [notice.id for notice in chosen.only("id")]
        who = accounts.principal_of_session(request.user).signed_in()
        number = payments.notices_read(notice_ids=ids, by=who, now=clock.now())
        text = ngettext("%(number)d notice was seen to.", "%(number)d notices were seen to.", number)
        self.message_user(request, text % {"number": number}, messages.SUCCESS)


def _unreadable(worker: Any) -> object:  # noqa: ARG001 - a notice that makes no sense is of no store
    return ProviderNotice.objects.unreadable().count() or ""


tile(
    Tile(
        "admin:payments_providernotice_changelist",
        _("Notices that make no sense"),
        "alert",
        _("Signed by a provider or the bank, and not understood: read them, they may be about money"),
        count=_unreadable,
        roles=frozenset({"support", "manager", "admin"}),
        rank=44,
        query="?outcome__exact=unreadable",
    )
)
