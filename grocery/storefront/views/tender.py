"""Paying an order in another way than was chosen first."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from grocery.accounts import public as accounts
from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.ordering import public as ordering
from grocery.payments import public as payments
from grocery.storefront import tenders
from grocery.storefront.shopper import shopper

#: What is held until the box is sealed.
_HELD: Final = {ordering.PaymentMethod.CARD, ordering.PaymentMethod.MOMO}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def tender(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Ask how the order is to be paid instead; on to paying in that way. Too late is said on the order's page."""
    who = shopper(request)
    found = ordering.order(order_id=order_id, customer_id=who.signed_in())
    payment = payments.payment(order_id=order_id)
    if not tenders.may_change(found, payment):
        messages.error(request, ordering.TenderFixed(found.number).text(who.language))
        return redirect("storefront:order", order_id=order_id)
    if request.method == "POST" and (answer := _change(request, found)):
        return answer
    amount = found.ceiling - payment.credit
    context = {
        "order": found,
        "amount": amount,
        "now": tenders.tender(payment.method),
        "held": payment.state is payments.PaymentState.AUTHORISED and found.method in _HELD,
        "choices": [
            choice
            for choice in tenders.choices(amount, who.signed_in(), who.language)
            if choice.tender.method is not payment.method or payment.to_pay
        ],
        "chosen": payment.changes_to or payment.method,
    }
    return render(request, "storefront/tender.html", context)


def _change(request: HttpRequest, found: ordering.OrderView) -> HttpResponse | None:
    """Have it paid like that; None where it cannot be, which is said."""
    wanted, by = request.POST.get("tender", ""), accounts.principal_of_session(request.user)
    if wanted not in ordering.PaymentMethod:
        return None
    try:
        seen = ordering.change_tender(
            order_id=found.id, method=ordering.PaymentMethod(wanted), by=by, now=clock.now()
        )
    except DomainError as error:
        messages.error(request, error.text(shopper(request).language))
        return None
    if seen.to_pay:
        return redirect("storefront:pay", order_id=found.id)
    if seen.method is not found.method:
        messages.success(request, _("You pay in cash when you get it."))
    return redirect("storefront:order", order_id=found.id)
