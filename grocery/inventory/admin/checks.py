"""Whether the books of stock agree: the last checks, one more on demand, and repair that explains itself first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from grocery.accounts import public as accounts
from grocery.inventory import public as inventory
from grocery.inventory.admin.feeds import feed_page
from grocery.inventory.admin.lists import amount_text, store_names
from grocery.inventory.models import StockCheck, StockDifference
from grocery.kernel import clock
from grocery.kernel.admin import ReadOnly
from grocery.kernel.errors import DomainError
from grocery.kernel.idempotency import fingerprint_of, once
from grocery.kernel.ids import new_id
from grocery.kernel.reader import language


class DifferenceInline(ReadOnly, admin.TabularInline):
    model = StockDifference
    fields = readonly_fields = ("what", "sku", "lot", "transfer", "is_recorded", "is_proven", "mended_at", "how")
    extra = 0

    @admin.display(description=_("recorded"))
    def is_recorded(self, found: StockDifference) -> str:
        return amount_text(found.recorded)

    @admin.display(description=_("proven"))
    def is_proven(self, found: StockDifference) -> str:
        return amount_text(found.proven)


@admin.register(StockCheck)
class StockCheckAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("ended_at", "lots", "differences", "open_differences", "seconds")
    ordering = ("-ended_at",)
    list_per_page = 50
    fields = readonly_fields = ("started_at", "ended_at", "lots", "seconds")
    inlines = (DifferenceInline,)
    change_list_template = "inventory/checks.html"
    change_form_template = "inventory/check.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[StockCheck]:
        return StockCheck.objects.with_counts()

    def get_urls(self) -> list[URLPattern]:
        now = path("now/", self.admin_site.admin_view(require_POST(self.check_now)), name="inventory_check_now")
        mend = path("<uuid:check>/repair/", self.admin_site.admin_view(self.repair), name="inventory_repair")
        feed = path("feeds/", self.admin_site.admin_view(self.feeds), name="inventory_feeds")
        return [now, mend, feed, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"form_key": new_id().hex, **(extra_context or {})})

    def check_now(self, request: HttpRequest) -> HttpResponse:
        """Compare all books, now; pressed twice, once."""
        by = _allowed(request)

        def run() -> HttpResponse:
            found = inventory.run_check(now=clock.now(), by=by)
            _tell(request, found)
            return HttpResponseRedirect(reverse("admin:inventory_stockcheck_change", args=[found.id]))

        key = request.POST.get("key", "")
        try:
            return once(scope=f"staff:{by} check-stock", key=key, fingerprint=fingerprint_of(key), run=run)
        except DomainError as error:
            messages.error(request, error.text(language()))
            return HttpResponseRedirect(reverse("admin:inventory_stockcheck_changelist"))

    def feeds(self, request: HttpRequest) -> HttpResponse:
        """Whether the feeds say what stock is."""
        _allowed(request)
        return feed_page(request, self.admin_site.each_context(request))

    def repair(self, request: HttpRequest, check: UUID) -> HttpResponse:
        """Say what would be written and why; written is what was said, or nothing."""
        by = _allowed(request)
        found = StockCheck.objects.filter(id=check).first()
        if found is None:
            raise Http404
        remedies = inventory.plan_repair(differences=StockDifference.objects.unmended_of(check))
        if request.method == "POST":
            return self._mend(request, check, remedies, by=by)
        stores = store_names()
        page = {
            "title": _("Repair the books"),
            "opts": self.opts,
            "original": found,
            "remedies": [_shown(remedy, stores) for remedy in remedies],
            "mendable": any(remedy.how is not inventory.How.BY_HAND for remedy in remedies),
            "gist": _gist(remedies),
        }
        return TemplateResponse(request, "inventory/repair.html", self.admin_site.each_context(request) | page)

    def _mend(self, request: HttpRequest, check: UUID, remedies: list[inventory.Remedy], *, by: UUID) -> HttpResponse:
        try:
            if request.POST.get("gist") != _gist(remedies):
                raise inventory.HasMovedOn
            done = inventory.repair(remedies=remedies, check=check, now=clock.now(), by=by)
        except inventory.HasMovedOn as error:
            messages.warning(request, error.text(language()))
            return HttpResponseRedirect(reverse("admin:inventory_repair", args=[check]))
        said = ngettext("%(count)d difference is mended.", "%(count)d differences are mended.", done)
        messages.success(request, said % {"count": done})
        return HttpResponseRedirect(reverse("admin:inventory_stockcheck_change", args=[check]))

    @admin.display(description=_("differences"))
    def differences(self, check: Any) -> int:
        return int(check.found)

    @admin.display(description=_("still to be mended"))
    def open_differences(self, check: Any) -> int:
        return int(check.unmended)

    @admin.display(description=_("seconds"))
    def seconds(self, check: StockCheck) -> str:
        return f"{(check.ended_at - check.started_at).total_seconds():.2f}"


def _allowed(request: HttpRequest) -> UUID:
    """The staff member, if theirs are the books of the whole shop: not of one store alone."""
    asker = accounts.principal_of_session(request.user)
    if asker.id is None or asker.store_id or not request.user.has_perm("inventory.change_stockcheck"):
        raise PermissionDenied
    return asker.id


def _tell(request: HttpRequest, found: inventory.CheckRun) -> None:
    if number := len(found.differences):
        said = ngettext("The books differ in %(count)d place.", "The books differ in %(count)d places.", number)
        messages.warning(request, said % {"count": number})
    else:
        messages.success(request, _("The books agree."))


def _shown(remedy: inventory.Remedy, stores: dict[UUID, str]) -> dict[str, Any]:
    found = remedy.difference
    return {
        "sku": found.sku,
        "store": stores.get(found.location, found.location),
        "lot": found.lot_id,
        "by_hand": remedy.how is inventory.How.BY_HAND,
        "why": remedy.vi if language() == "vi" else remedy.en,
    }


def _gist(remedies: list[inventory.Remedy]) -> str:
    """Stands for what was shown: what is written in the end is this and nothing else."""
    said = sorted(
        f"{r.difference.lot_id} {r.difference.what} {r.how} {r.difference.proven - r.difference.recorded}"
        for r in remedies
    )
    return fingerprint_of(*said)
