"""The books of one order, and the orders that do not close."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from grocery.kernel import clock
from grocery.kernel.admin import ReadOnly, WaitingFilter
from grocery.kernel.money import Money, dong
from grocery.ledger import public as ledger
from grocery.ledger.admin.asking import asker, check_may, order_link
from grocery.ledger.admin.corrections import Why
from grocery.ledger.admin.wording import difference_name, line_name
from grocery.ledger.models import Entry, OrderBook, OrderBookQuerySet


class OpenFilter(WaitingFilter):
    now, everything = _("open now"), _("all orders")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("still", _("open for too long")), *super().lookups(request, model_admin)]

    def waiting(self, found: OrderBookQuerySet) -> OrderBookQuerySet:
        books = found.open()
        return books.still_since(clock.now() - ledger.patience()) if self.value() == "still" else books


@admin.register(OrderBook)
class OrderBookAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("number", "open", "difference", "what_charged", "what_paid", "last_at")
    list_display_links = None
    list_filter = (OpenFilter,)
    search_fields = ("order_number",)
    ordering = ("last_at", "order_id")
    list_per_page = 50
    show_full_result_count = False

    class Media:
        css = {"all": ["ledger/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderBook]:
        """A store's staff see their own store's."""
        return cast("OrderBookQuerySet", super().get_queryset(request)).of_store(asker(request).store_id)

    def get_urls(self) -> list[URLPattern]:
        page = path("of/<uuid:order_id>/", self.admin_site.admin_view(self.order_page), name="ledger_order")
        return [page, *super().get_urls()]

    def order_page(self, request: HttpRequest, order_id: UUID) -> HttpResponse:
        """One order's entries, and what they come to; of one that was never charged, that there are none."""
        check_may(request, "view_orderbook")
        book = OrderBook.objects.of_order(order_id).first()
        if book and asker(request).store_id not in {None, book.store_id}:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": _("Books of order %(number)s") % {"number": book or "–"},
            "book": book,
            "sums": _sums(book) if book else [],
            "entries": [_shown(entry) for entry in Entry.objects.of_order(order_id)],
            "order_id": order_id,
            "difference": difference_name(book) if book else "",
            "why": Why() if request.user.has_perm("ledger.add_entry") else None,
            "opts": self.opts,
        }
        return TemplateResponse(request, "ledger/order.html", context)

    @admin.display(description=_("order"), ordering="order_number")
    def number(self, book: OrderBook) -> str:
        return order_link(book.order_id, book.order_number)

    @admin.display(description=_("still open"), ordering="balance")
    def open(self, book: OrderBook) -> str:
        return str(book.owed)

    @admin.display(description=_("because"))
    def difference(self, book: OrderBook) -> str:
        return difference_name(book)

    @admin.display(description=_("to be paid"))
    def what_charged(self, book: OrderBook) -> str:
        return str(dong(book.charged + book.reduced))

    @admin.display(description=_("paid, less what was paid back"))
    def what_paid(self, book: OrderBook) -> str:
        return str(dong(-book.taken - book.returned))


def _sums(book: OrderBook) -> list[tuple[Any, Money]]:
    """From what was charged down to what is open; what is nothing is left out."""
    parts = [
        (_("charged"), book.charged),
        (_("came off"), book.reduced),
        (_("paid"), book.taken),
        (_("paid back"), book.returned),
        (_("written off"), book.written_off),
        (_("corrections"), book.other),
    ]
    return [(name, dong(amount)) for name, amount in parts if amount]


def _shown(entry: Entry) -> dict[str, Any]:
    lines = [(line_name(line, entry), line.debit, line.credit) for line in entry.postings.all()]
    return {"entry": entry, "lines": lines}
