"""Paying an order: the frame is ours, what is in it depends on how the customer pays.

The card's form is drawn by the provider's own script, so that no card number ever reaches us; wallets have pages of
their own, from which their customers come back.
"""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from csp.constants import SELF
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.ordering import public as ordering
from grocery.payments import public as payments
from grocery.storefront import tenders
from grocery.storefront.shopper import shopper


@require_safe
@never_cache
def pay(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """How to pay an order that waits for its payment, or for a top-up; any other order shows itself."""
    who = shopper(request)
    order = ordering.order(order_id=order_id, customer_id=who.signed_in())
    before = payments.payment(order_id=order_id)
    if not before.to_pay:
        return redirect("storefront:order", order_id=order_id)
    context = _about(request, order, before)
    back = request.build_absolute_uri(reverse("storefront:pay-back", args=[order_id]))
    try:
        step = ordering.pay(order_id=order_id, customer_id=who.signed_in(), now=clock.now(), return_url=back)
    except payments.PaymentOpening as opening:
        waits = context | {"opening": True, "path": request.path}
        page = render(request, "storefront/pay.html", waits)
        page["Refresh"] = str(opening.retry_after)
        return page
    except DomainError as error:
        return render(
            request, "storefront/pay.html", context | {"problem": error.text(who.language)}, status=error.status
        )
    payment = payments.payment(order_id=order_id)
    if not payment.to_pay or not step.needs_customer:
        return redirect("storefront:order", order_id=order_id)
    context |= {
        "step": step,
        "qr": payments.draw_qr(text=step.qr) if step.qr else None,
        "refused": tenders.refused(payment.changes_to or payment.method, before.failure_code or payment.failure_code),
        "cards": _cards(who.signed_in()) if step.client_secret else [],
        "saves_card": payment.saves_card,
    }
    return _with_provider(request, payment.provider, context)


def _about(request: HttpRequest, order: ordering.OrderView, payment: payments.PaymentView) -> dict[str, Any]:
    """What is to be paid, until when, for what, and in which way."""
    return {
        "order": order,
        "problem": "",
        "until": order.pay_by if order.awaits_payment else payment.pay_until,
        "amount": payment.to_pay,
        "pays_again": payment.pays_again,
        "changes": payment.changes_to is not None,
        "may_pay_otherwise": tenders.may_change(order, payment),
        "tender": tenders.tender(payment.changes_to or payment.method),
        "return_url": request.build_absolute_uri(reverse("storefront:order", args=[order.id])),
    }


@require_POST
def keep_card(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The customer wants the card kept with which they are about to pay, or not after all."""
    me = shopper(request).signed_in()
    keep = request.POST.get("keep") == "1"
    payments.keep_card(order_id=order_id, payer_id=me, keep=keep, now=clock.now())
    return HttpResponse(status=204)


@require_safe
@never_cache
def back(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The customer comes from the provider's page: ask the provider what came of it, whatever the address says."""
    ordering.order(order_id=order_id, customer_id=shopper(request).signed_in())
    payments.look_again(order_id=order_id, now=clock.now())
    payment = payments.payment(order_id=order_id)
    again = payment.to_pay and payment.failure_code
    return redirect("storefront:pay" if again else "storefront:order", order_id=order_id)


@require_safe
@never_cache
def state(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """For a page that waits while its customer pays elsewhere: on to the order, once there is nothing left to pay."""
    ordering.order(order_id=order_id, customer_id=shopper(request).signed_in())
    if payments.payment(order_id=order_id).to_pay:
        return HttpResponse(status=204)
    return HttpResponseClientRedirect(reverse("storefront:order", args=[order_id]))


def _cards(payer_id: UUID) -> list[payments.SavedCard]:
    """Those that they may choose."""
    return [card for card in payments.saved_cards(payer_id=payer_id, now=clock.now()) if not card.expired]


def _with_provider(request: HttpRequest, provider: str, context: dict[str, Any]) -> HttpResponse:
    """The one page that may load the provider's script, frames and API."""
    origins = payments.page_sources(provider=provider) if provider else {}
    sources = {name: [SELF, *allowed] for name, allowed in origins.items()}

    @csp_update(sources)
    def page(request: HttpRequest) -> HttpResponse:
        return render(request, "storefront/pay.html", context)

    return cast("HttpResponse", page(request) if sources else render(request, "storefront/pay.html", context))
