"""The journal: every entry, newest first, and each with its postings."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _

from grocery.kernel.admin import ReadOnly
from grocery.kernel.money import dong
from grocery.ledger.admin import balance, corrections
from grocery.ledger.admin.asking import asker, order_link
from grocery.ledger.admin.wording import line_name
from grocery.ledger.models import ACCOUNTS, Entry, EntryQuerySet, Posting


class OnAccount(admin.SimpleListFilter):
    """Entries that post to an account."""

    title = cast("str", _("account"))
    parameter_name = "account"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(ACCOUNTS)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = self.value()
        return cast("EntryQuerySet", queryset).on_account(wanted) if wanted else queryset


class PostingInline(ReadOnly, admin.TabularInline):
    model = Posting
    fields = readonly_fields = ("what", "debit_", "credit_")
    ordering = ("id",)
    extra = 0

    @admin.display(description=_("account"))
    def what(self, posting: Posting) -> str:
        return line_name(posting, posting.entry)

    @admin.display(description=_("debit"))
    def debit_(self, posting: Posting) -> str:
        return str(posting.debit or "")

    @admin.display(description=_("credit"))
    def credit_(self, posting: Posting) -> str:
        return str(posting.credit or "")


@admin.register(Entry)
class EntryAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("at", "kind", "order", "amount", "reference", "note")
    list_filter = ("kind", OnAccount, ("at", admin.DateFieldListFilter))
    search_fields = ("order_number", "=reference", "=source")
    search_help_text = _("order number, provider's reference")
    date_hierarchy = "at"
    ordering = ("-at", "-id")
    list_per_page = 50
    show_full_result_count = False
    change_form_template = "ledger/entry.html"
    change_list_template = "ledger/journal.html"
    fields = ("at", "booked_at", "kind", "order", "reference", "by", "note", "source", "reverses")
    readonly_fields = ("order",)
    inlines = (PostingInline,)

    class Media:
        css = {"all": ["ledger/admin.css"]}

    def get_urls(self) -> list[URLPattern]:
        return [*balance.routes(), *corrections.routes(), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        may = request.user.has_perm("ledger.add_entry")
        return super().change_view(request, object_id, form_url, {"why": corrections.Why() if may else None})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        """A store's staff see their own store's."""
        entries = cast("EntryQuerySet", super().get_queryset(request))
        return entries.of_store(asker(request).store_id).prefetch_related("postings")

    @admin.display(description=_("order"), ordering="order_number")
    def order(self, entry: Entry) -> str:
        return order_link(entry.order_id, entry.order_number) if entry.order_id else "–"

    @admin.display(description=_("amount"))
    def amount(self, entry: Entry) -> str:
        """What is on either side of it."""
        return str(dong(sum(line.amount for line in entry.postings.all() if line.amount > 0)))
