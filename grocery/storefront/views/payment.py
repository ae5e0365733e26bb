"""Paying by card: the provider's own script draws the form, so that no card number ever reaches us."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from csp.constants import SELF
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.ordering import public as ordering
from grocery.payments import public as payments
from grocery.storefront.shopper import shopper


@require_safe
@never_cache
def pay(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The card form of an order that waits for its payment, or for a top-up; any other order shows itself."""
    who = shopper(request)
    order = ordering.order(order_id=order_id, customer_id=who.signed_in())
    payment = payments.payment(order_id=order_id)
    if not payment.to_pay:
        return redirect("storefront:order", order_id=order_id)
    context: dict[str, Any] = {
        "order": order,
        "problem": "",
        "until": order.pay_by if order.awaits_payment else payment.pay_until,
        "amount": payment.to_pay,
        "return_url": request.build_absolute_uri(reverse("storefront:order", args=[order_id])),
    }
    back = request.build_absolute_uri(request.path)
    try:
        step = ordering.pay(order_id=order_id, customer_id=who.signed_in(), now=clock.now(), return_url=back)
    except DomainError as error:
        return render(
            request, "storefront/pay.html", context | {"problem": error.text(who.language)}, status=error.status
        )
    if not step.client_secret:
        return redirect("storefront:order", order_id=order_id)
    payment = payments.payment(order_id=order_id)
    return _with_provider(request, payment.provider, context | {"payment": payment, "step": step})


def _with_provider(request: HttpRequest, provider: str, context: dict[str, Any]) -> HttpResponse:
    """The one page that may load the provider's script, frames and API."""
    sources = {name: [SELF, *origins] for name, origins in payments.page_sources(provider=provider).items()}

    @csp_update(sources)
    def page(request: HttpRequest) -> HttpResponse:
        return render(request, "storefront/pay.html", context)

    return cast("HttpResponse", page(request))
