"""Electronic invoices: all of them, those that wait for somebody, each as a file; what a person may do about one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from grocery.kernel import clock, wire
from grocery.kernel.admin import ReadOnly, WaitingFilter
from grocery.kernel.errors import DomainError, NotFound
from grocery.kernel.idempotency import fingerprint_of, once
from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.kernel.quantity import plain
from grocery.kernel.reader import language
from grocery.ledger import public as ledger
from grocery.ledger.admin.asking import asker, check_may, order_link
from grocery.ledger.admin.corrections import Why
from grocery.ledger.models import Invoice, InvoiceQuerySet
from grocery.ledger.public import Buyer, FilingState, InvoiceDocument

_FORMS: Final[dict[str, tuple[str, Callable[[InvoiceDocument], bytes]]]] = {
    "json": ("application/json", lambda document: wire.pretty(ledger.document_json(document)).encode()),
    "xml": ("application/xml", ledger.document_xml),
}


class SendAgain(Why):
    """Its buyer as it should be; left empty it stays as it is."""

    tax_code = forms.CharField(label=_("tax code"), max_length=20, required=False)
    company = forms.CharField(label=_("company"), max_length=200, required=False)
    address = forms.CharField(label=_("address"), max_length=400, required=False)
    email = forms.EmailField(label=_("e-mail"), max_length=254, required=False)

    def buyer(self) -> Buyer | None:
        said = {name: self.cleaned_data[name] for name in ("tax_code", "company", "address", "email")}
        return Buyer(**said) if any(said.values()) else None


class Replace(Why):
    """Whom it should have been made out to."""

    tax_code = forms.CharField(label=_("tax code"), max_length=20)
    company = forms.CharField(label=_("company"), max_length=200)
    address = forms.CharField(label=_("address"), max_length=400)
    email = forms.EmailField(label=_("e-mail"), max_length=254)

    def buyer(self) -> Buyer:
        return Buyer(**{name: self.cleaned_data[name] for name in ("tax_code", "company", "address", "email")})


class IssuedElsewhere(Why):
    """The number that it was given."""

    reference = forms.CharField(label=_("number of the invoice"), max_length=100)


type _Form = SendAgain | Replace | IssuedElsewhere


class ForSomebodyFilter(WaitingFilter):
    now, everything = _("waiting for somebody"), _("all invoices")

    def waiting(self, found: InvoiceQuerySet) -> InvoiceQuerySet:
        return found.for_somebody(ledger.stuck_since(clock.now()))


@admin.register(Invoice)
class InvoiceAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("name", "kind", "state", "money", "order", "reference", "why_not", "at")
    list_filter = (ForSomebodyFilter, "kind", "filing__state", ("at", admin.DateFieldListFilter))
    search_fields = ("order_number", "=filing__reference", "=number")
    search_help_text = _("order number, our number, provider's number")
    ordering = ("-at", "-series", "-number")
    list_per_page = 50
    show_full_result_count = False

    class Media:
        css = {"all": ["ledger/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invoice]:
        """A store's staff see their own store's."""
        invoices = cast("InvoiceQuerySet", super().get_queryset(request))
        return invoices.of_store(asker(request).store_id).with_filing()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<uuid:invoice_id>.<slug:form>", view(self.file), name="ledger_invoice_file"),
            *super().get_urls(),
        ]

    def file(self, request: HttpRequest, invoice_id: UUID, form: str) -> HttpResponse:
        """What its provider is told, as a file."""
        check_may(request, "view_invoice")
        if form not in _FORMS:
            raise Http404
        kind, written = _FORMS[form]
        try:
            document = ledger.invoice_document(invoice_id=invoice_id, store_id=asker(request).store_id)
        except NotFound as error:
            raise Http404 from error
        response = HttpResponse(written(document), content_type=f"{kind}; charset=utf-8")
        name = f"{document.series}-{document.number:08d}.{form}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One invoice, and what can be done about it. Twice is once."""
        invoice = self.get_object(request, object_id)
        if invoice is None or not self.has_view_permission(request, invoice):
            raise Http404
        form = _form(request)
        if request.method == "POST":
            check_may(request, "add_entry")
            if form.is_valid():
                return once(
                    scope=f"staff:{asker(request).signed_in()} POST {request.path}",
                    key=request.POST.get("idempotency_key", ""),
                    fingerprint=fingerprint_of(request.path, wire.dumps(request.POST.dict())),
                    run=lambda: _act(request, invoice, form),
                )
        context = {
            **self.admin_site.each_context(request),
            "title": f"{invoice.get_kind_display()} {invoice}",
            "opts": self.opts,
            **_shown(invoice),
            **(_offered(invoice, form) if request.user.has_perm("ledger.add_entry") else {}),
        }
        return TemplateResponse(request, "ledger/invoice.html", context)

    @admin.display(description=_("our number"), ordering="number")
    def name(self, invoice: Invoice) -> str:
        return str(invoice)

    @admin.display(description=_("state"), ordering="filing__state")
    def state(self, invoice: Invoice) -> str:
        return str(invoice.filing.get_state_display())

    @admin.display(description=_("with VAT"))
    def money(self, invoice: Invoice) -> str:
        return str(invoice.total)

    @admin.display(description=_("order"), ordering="order_number")
    def order(self, invoice: Invoice) -> str:
        return order_link(invoice.order_id, invoice.order_number)

    @admin.display(description=_("provider's number"), ordering="filing__reference")
    def reference(self, invoice: Invoice) -> str:
        return invoice.filing.reference or "–"

    @admin.display(description=_("why not"))
    def why_not(self, invoice: Invoice) -> str:
        return invoice.filing.error


def _form(request: HttpRequest) -> _Form:
    """What was sent, as the form that it is of."""
    said = request.POST if request.method == "POST" else None
    forms_of: dict[str, type[_Form]] = {"elsewhere": IssuedElsewhere, "replace": Replace}
    return forms_of.get(request.POST.get("do", ""), SendAgain)(said)


def _shown(invoice: Invoice) -> dict[str, Any]:
    return {
        "invoice": invoice,
        "filing": invoice.filing,
        "order": order_link(invoice.order_id, invoice.order_number),
        "lines": [_line(line) for line in invoice.items()],
        "rates": [(plain(part.rate), dong(part.net), dong(part.vat)) for part in invoice.by_rate()],
        "buyer": ledger.made_out_to(invoice),
        "replaces": invoice.replaces,
        "others": [view for view in ledger.invoices_of(order_id=invoice.order_id) if view.id != invoice.id],
    }


def _offered(invoice: Invoice, form: _Form) -> dict[str, Any]:
    """What may be done about it; `form` is shown again with what is wrong in it."""

    def shown[F: _Form](kind: type[F]) -> F:
        return form if isinstance(form, kind) else kind()

    state = FilingState(invoice.filing.state)
    is_in_force = state is FilingState.ISSUED and invoice in Invoice.objects.in_force()
    return {
        "again": shown(SendAgain) if state is FilingState.REFUSED else None,
        "elsewhere": None if state in {FilingState.ISSUED, FilingState.REPLACED} else shown(IssuedElsewhere),
        "replace": shown(Replace) if is_in_force else None,
        "key": new_id(),
    }


def _act(request: HttpRequest, invoice: Invoice, form: _Form) -> HttpResponse:
    who = asker(request)
    about: dict[str, Any] = {
        "invoice_id": invoice.id,
        "store_id": who.store_id,
        "by": who.signed_in(),
        "note": form.cleaned_data["note"],
        "now": clock.now(),
    }
    try:
        if isinstance(form, SendAgain):
            ledger.send_again(buyer=form.buyer(), **about)
            said = _("It is sent again.")
        elif isinstance(form, Replace):
            ledger.replace_invoice(buyer=form.buyer(), **about)
            said = _("Another invoice takes its place.")
        else:
            ledger.record_issued(reference=form.cleaned_data["reference"], **about)
            said = _("Noted: it is issued.")
    except NotFound as error:
        raise PermissionDenied from error
    except DomainError as error:
        messages.error(request, error.text(language()))
    else:
        messages.success(request, str(said))
    return redirect(reverse("admin:ledger_invoice_change", args=[invoice.id]))


def _line(line: Any) -> dict[str, Any]:
    return {
        "name": line.name_vi if language() == "vi" else line.name_en,
        "quantity": "" if line.quantity is None else plain(line.quantity),
        "unit": line.unit,
        "price": "" if line.unit_price is None else plain(line.unit_price),
        "rate": plain(line.rate),
        "amount": dong(line.amount),
    }
