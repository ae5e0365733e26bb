"""When a SKU counts as low in a store: one figure, said by who buys."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grocery.accounts import public as accounts
from grocery.inventory import public as inventory
from grocery.inventory.models import StockItem
from grocery.kernel import clock
from grocery.kernel.quantity import LARGEST, Quantity, plain


class ThresholdForm(forms.Form):
    low_at = forms.DecimalField(
        label=_("low at"), max_digits=12, decimal_places=3, min_value=Decimal(0), max_value=LARGEST
    )


def low_at(request: HttpRequest, item: UUID) -> HttpResponse:
    """Say it anew; sending it twice says the same."""
    if not request.user.has_perm("inventory.change_stockitem"):
        raise PermissionDenied
    asker, found = accounts.principal_of_session(request.user), StockItem.objects.among([item]).first()
    if found is None or asker.store_id not in {None, found.location}:
        raise Http404
    form = ThresholdForm(request.POST or None, initial={"low_at": plain(found.low_stock_threshold)})
    if request.method == "POST" and form.is_valid():
        thresholds = {found.sku: Quantity(form.cleaned_data["low_at"])}
        inventory.change_stock(
            location=found.location, changes=[], thresholds=thresholds, now=clock.now(), by=asker.id
        )
        messages.success(request, _("Done: %(sku)s.") % {"sku": found.sku})
        return HttpResponseRedirect(reverse("admin:inventory_stockitem_change", args=[item]))
    page = {"title": _("When it counts as low"), "opts": StockItem._meta, "form": form}
    context = admin.site.each_context(request) | page
    return TemplateResponse(request, "inventory/low_at.html", context)
