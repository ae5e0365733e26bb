"""Offers, as those who decide about prices see them: what is planned, runs and has ended, and how each came to be."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grocery.catalog import public as catalog
from grocery.kernel import clock
from grocery.kernel.admin import ReadOnly
from grocery.kernel.errors import DomainError
from grocery.kernel.idempotency import fingerprint_of, once
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import plain
from grocery.kernel.reader import language
from grocery.ordering import public as ordering
from grocery.ordering.admin.asking import asker
from grocery.ordering.admin.offer_forms import Codes, OfferForm, in_store_time, initial_of
from grocery.ordering.models import Cart, Offer, OfferChange

STATES = {
    ordering.OfferState.PLANNED: gettext_lazy("planned"),
    ordering.OfferState.RUNNING: gettext_lazy("running"),
    ordering.OfferState.ENDED: gettext_lazy("has ended"),
}
#: How many carts are offered as samples.
CARTS = 10


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(state.value, str(name)) for state, name in STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Offer]) -> QuerySet[Offer]:
        known = {state.value: state for state in STATES}
        state = known.get(self.value() or "")
        return queryset & Offer.objects.in_state(state, clock.now()) if state else queryset


def may_write(request: HttpRequest) -> bool:
    return bool(request.user.has_perm("ordering.change_offer"))


@admin.register(Offer)
class OfferAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["called", "state", "kind", "lowers", "window", "store", "needs_coupon"]
    list_filter = [StateFilter, "kind", "needs_coupon"]
    list_per_page = 50
    show_full_result_count = False

    class Media:
        css = {"all": ["ordering/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Offer]:
        return Offer.objects.of_store(asker(request).store_id)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_write(request)

    @admin.display(description=gettext_lazy("offer"))
    def called(self, offer: Offer) -> str:
        return offer.name_vi if language() == "vi" else offer.name_en

    @admin.display(description=gettext_lazy("state"))
    def state(self, offer: Offer) -> str:
        return str(STATES[offer.state(clock.now())])

    @admin.display(description=gettext_lazy("lowers"))
    def lowers(self, offer: Offer) -> str:
        return lowers(offer)

    @admin.display(description=gettext_lazy("when"), ordering="starts_at")
    def window(self, offer: Offer) -> str:
        return window(offer)

    @admin.display(description=gettext_lazy("store"))
    def store(self, offer: Offer) -> str:
        if offer.store_id is None:
            return _("every store")
        return next((s.name(language()) for s in catalog.stores() if s.id == offer.store_id), "–")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        one = "<uuid:offer_id>"
        return [
            path("add/", wrap(self.form_view), name="ordering_offer_add"),
            path(f"{one}/change/", wrap(self.form_view), name="ordering_offer_change"),
            path(f"{one}/end/", wrap(self.end_view), name="ordering_offer_end"),
            path(f"{one}/undo/", wrap(self.undo_view), name="ordering_offer_undo"),
            path(f"{one}/codes/", wrap(self.codes_view), name="ordering_offer_codes"),
            path(f"{one}/codes.csv", wrap(self.codes_file), name="ordering_offer_codes_file"),
            *super().get_urls(),
        ]

    # --- one offer ------------------------------------------------------------------------------------------------
    def form_view(self, request: HttpRequest, offer_id: UUID | None = None) -> HttpResponse:
        """The offer's terms; what they would change is shown before they are saved."""
        offer = self._offer(request, offer_id) if offer_id else None
        if not (may_write(request) or (offer and self.has_view_permission(request, offer))):
            raise PermissionDenied
        if request.method == "POST" and not may_write(request):
            raise PermissionDenied
        carts = self._carts(request)
        form = OfferForm(
            request.POST or None,
            initial=initial_of(offer) if offer else {"key": new_id()},
            stores=self._stores(request),
            carts=carts,
        )
        preview = None
        if request.method == "POST" and form.is_valid():
            try:
                if "save" in request.POST:
                    return self._save(request, form, offer_id)
                preview = self._preview(form, offer_id, request)
            except DomainError as error:
                form.refuse(error)
        return render(request, "admin/ordering/offer/form.html", self._context(request, form, offer, preview))

    def _preview(self, form: OfferForm, offer_id: UUID | None, request: HttpRequest) -> ordering.Preview:
        draft, now = form.draft(), clock.now()
        ordering.check_offer(draft=draft, by=asker(request), now=now)
        return ordering.preview_offer_on(draft=draft, quantities=form.sample(), offer_id=offer_id, now=now)

    def _save(self, request: HttpRequest, form: OfferForm, offer_id: UUID | None) -> HttpResponse:
        by = asker(request)

        def run() -> HttpResponse:
            made = ordering.save_offer(draft=form.draft(), offer_id=offer_id, by=by, now=clock.now())
            messages.success(request, _("The offer is saved."))
            return redirect("admin:ordering_offer_change", made)

        return once(
            scope=f"staff:{by.id} offer",
            key=str(form.cleaned_data["key"]),
            fingerprint=fingerprint_of(repr(sorted((k, str(v)) for k, v in form.cleaned_data.items()))),
            run=run,
        )

    def _context(
        self, request: HttpRequest, form: OfferForm, offer: Offer | None, preview: ordering.Preview | None
    ) -> dict[str, Any]:
        shown = language()
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": self.called(offer) if offer else _("New offer"),
            "form": form,
            "offer": offer,
            "state": STATES[offer.state(clock.now())] if offer else "",
            "may_write": may_write(request),
            "ended": offer is not None and offer.state(clock.now()) is ordering.OfferState.ENDED,
            "changes": [_change(change) for change in offer.changes.all()] if offer else [],
            "codes": Codes(initial={"count": 100, "most_uses": 1}) if offer and offer.needs_coupon else None,
            "preview": preview,
            "lines": [_line(line, shown) for line in preview.lines] if preview else [],
            "conflicts": [(c.offer_id, c.name(shown)) for c in preview.conflicts] if preview else [],
        }

    # --- what is done to it ---------------------------------------------------------------------------------------
    def end_view(self, request: HttpRequest, offer_id: UUID) -> HttpResponse:
        return self._act(request, offer_id, ordering.end_offer, _("The offer has ended."))

    def undo_view(self, request: HttpRequest, offer_id: UUID) -> HttpResponse:
        return self._act(request, offer_id, ordering.undo_offer, _("The last change is undone."))

    def _act(self, request: HttpRequest, offer_id: UUID, act: Callable[..., None], done: str) -> HttpResponse:
        if request.method != "POST" or not may_write(request):
            raise PermissionDenied
        try:
            act(offer_id=self._offer(request, offer_id).id, by=asker(request), now=clock.now())
        except DomainError as error:
            messages.error(request, error.text(language()))
        else:
            messages.success(request, done)
        return redirect("admin:ordering_offer_change", offer_id)

    def codes_view(self, request: HttpRequest, offer_id: UUID) -> HttpResponse:
        """Make codes; the page says how many, the file has them."""
        if request.method != "POST" or not may_write(request):
            raise PermissionDenied
        form = Codes(request.POST)
        try:
            if not form.is_valid():
                raise ValueError(form.errors.as_text())
            made = ordering.make_coupon_codes(
                offer_id=self._offer(request, offer_id).id,
                count=form.cleaned_data["count"],
                prefix=form.cleaned_data["beginning"],
                most_uses=form.cleaned_data["most_uses"],
                by=asker(request),
                now=clock.now(),
            )
        except ValueError as error:
            messages.error(request, str(error))
        except DomainError as error:
            messages.error(request, error.text(language()))
        else:
            messages.success(request, _("%(count)s codes made.") % {"count": len(made)})
        return redirect("admin:ordering_offer_change", offer_id)

    def codes_file(self, request: HttpRequest, offer_id: UUID) -> HttpResponse:
        """All codes of the offer: code, uses allowed, uses."""
        if not may_write(request):
            raise PermissionDenied
        offer = self._offer(request, offer_id)
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="coupons-{offer.id}.csv"'
        rows = csv.writer(response)
        rows.writerow(["code", "most_uses", "used"])
        for code, most, used in ordering.coupon_codes(offer_id=offer.id, by=asker(request)):
            rows.writerow([code, "" if most is None else most, used])
        return response

    # --- what is at hand ------------------------------------------------------------------------------------------
    def _offer(self, request: HttpRequest, offer_id: UUID) -> Offer:
        offer = self.get_queryset(request).filter(id=offer_id).first()
        if offer is None:
            raise Http404
        return offer

    def _stores(self, request: HttpRequest) -> dict[str, str]:
        """Where an offer may count: for staff of one store there alone."""
        own = asker(request).store_id
        names = {str(store.id): store.name(language()) for store in catalog.stores() if own in {None, store.id}}
        return names if own else {"": _("every store"), **names}

    def _carts(self, request: HttpRequest) -> Iterable[Cart]:
        return Cart.objects.samples(asker(request).store_id, most=CARTS)


def lowers(offer: Offer) -> str:
    """What an offer does, in a few signs: −10 %, 3 → 2."""
    parts = [
        f"−{offer.percent} %" if offer.percent else "",
        f"{offer.price:,} ₫".replace(",", ".") if offer.price is not None else "",
        f"−{offer.off:,} ₫".replace(",", ".") if offer.off is not None else "",
        f"{offer.buy} → {offer.pay}" if offer.buy else "",
        _("free delivery") if offer.kind == ordering.OfferKind.FREE_DELIVERY else "",
        f"≥ {offer.from_amount:,} ₫".replace(",", ".") if offer.from_amount else "",
    ]
    return " · ".join(part for part in parts if part)


def window(offer: Offer) -> str:
    until = f"{in_store_time(offer.ends_at):%d/%m/%Y %H:%M}" if offer.ends_at else "…"
    return f"{in_store_time(offer.starts_at):%d/%m/%Y %H:%M} – {until}"


def _change(change: OfferChange) -> dict[str, Any]:
    """One step of the offer's history: what it was, when, by whom, and which terms became which."""
    before = change.before or {}
    return {
        "what": change.get_action_display(),
        "at": f"{in_store_time(change.at):%d/%m/%Y %H:%M}",
        "by": change.by or "",
        "terms": [
            (name, before.get(name), value)
            for name, value in change.after.items()
            if change.before is not None and before.get(name) != value
        ],
    }


def _line(line: ordering.SampleLine, shown: str) -> dict[str, Any]:
    return {
        "sku": line.sku,
        "name": line.name(shown),
        "quantity": plain(line.quantity),
        "list": line.list_amount,
        "before": line.before,
        "after": line.after,
        "lower": line.after < line.before,
        "why": [f"{effect.name(shown)} {effect.amount}" for effect in line.adjustments],
    }
