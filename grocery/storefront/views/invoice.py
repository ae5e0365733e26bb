"""The invoice of an order: for whom it is, until the order is packed; what there is, afterwards."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from grocery.accounts import public as accounts
from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.kernel.idempotency import once
from grocery.kernel.ids import new_id
from grocery.ordering import public as ordering
from grocery.ordering.public import FilingState, InvoiceKind, InvoiceView, OrderInvoices, OrderView
from grocery.storefront.companies import BuyerForm, known
from grocery.storefront.shopper import sent, shopper

_STATES: Final = {
    FilingState.PREPARED: gettext_lazy("Being made"),
    FilingState.SENT: gettext_lazy("Being made"),
    FilingState.REFUSED: gettext_lazy("We are seeing to it"),
    FilingState.ISSUED: gettext_lazy("Issued"),
    FilingState.REPLACED: gettext_lazy("Replaced"),
}
_KINDS: Final = {
    InvoiceKind.INVOICE: gettext_lazy("Invoice"),
    InvoiceKind.CORRECTION: gettext_lazy("Correction"),
    InvoiceKind.REPLACEMENT: gettext_lazy("Replacing invoice"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invoice(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Name the company, another one, or none; once for each key. After packing: what there is."""
    customer_id = shopper(request).signed_in()
    order = ordering.order(order_id=order_id, customer_id=customer_id)
    found = ordering.invoices(order=order)
    if request.method != "POST":
        return _show(request, order, found, BuyerForm(initial=known(found.buyer, customer_id)))
    form = BuyerForm(request.POST)
    wanted = request.POST.get("do") != "none"
    if wanted and not form.is_valid():
        return _show(request, order, found, form, status=422)
    return once(
        scope=f"customer:{customer_id} POST {reverse('storefront:invoice', args=[order_id])}",
        key=request.POST.get("idempotency_key", ""),
        fingerprint=sent(request),
        run=lambda: _ask(request, order, form if wanted else None),
    )


def _ask(request: HttpRequest, order: OrderView, form: BuyerForm | None) -> HttpResponse:
    by = accounts.principal_of_session(request.user)
    try:
        if form is None:
            ordering.ask_no_invoice(order_id=order.id, by=by)
            said = _("The invoice is made out to no company.")
        else:
            ordering.ask_invoice(order_id=order.id, buyer=form.buyer(), by=by, now=clock.now())
            said = _("The invoice will be made out to your company.")
    except DomainError as error:
        messages.error(request, error.text(shopper(request).language))
    else:
        messages.success(request, said)
    return redirect("storefront:order", order_id=order.id)


def _show(
    request: HttpRequest, order: OrderView, found: OrderInvoices, form: BuyerForm, status: int = 200
) -> HttpResponse:
    context = {
        "order": order,
        "key": new_id(),
        "form": form,
        "buyer": found.buyer,
        "may_be_asked": found.may_be_asked,
        "documents": [_told(document) for document in found.documents],
    }
    return render(request, "storefront/invoice.html", context, status=status)


def _told(document: InvoiceView) -> dict[str, Any]:
    return {"document": document, "kind": _KINDS[document.kind], "state": _STATES[document.state]}
