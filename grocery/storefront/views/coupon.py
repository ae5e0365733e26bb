"""Coupon codes: entered into the cart, and taken out."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.ordering import public as ordering
from grocery.storefront import offers
from grocery.storefront.shopper import came_from, shopper


@require_POST
def coupons(request: HttpRequest) -> HttpResponse:
    """Enter the code (`code`), or take one out (`remove`); what came of it is said on the page that comes back."""
    who = shopper(request)
    try:
        if code := request.POST.get("remove"):
            ordering.drop_coupon(owner=who.owner, code=code, now=clock.now())
        else:
            _enter(request, request.POST.get("code", ""))
    except DomainError as error:
        messages.error(request, error.text(who.language))
    return redirect(came_from(request, "storefront:cart"))


def _enter(request: HttpRequest, code: str) -> None:
    cart = ordering.use_coupon(owner=shopper(request).owner, code=code, now=clock.now())
    for coupon in cart.coupons[-1:]:
        said = _("%(code)s: %(what)s.") % {"code": coupon.code, "what": offers.coupon_note(coupon)}
        messages.success(request, said)
