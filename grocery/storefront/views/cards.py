"""The cards that a customer had kept: to be seen, and to be removed."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.payments import public as payments
from grocery.storefront.shopper import shopper


@require_safe
@never_cache
def cards(request: HttpRequest) -> HttpResponse:
    """Brand, last four digits, expiry; nobody here knows more."""
    found = payments.saved_cards(payer_id=shopper(request).signed_in(), now=clock.now())
    return render(request, "storefront/cards.html", {"cards": found})


@require_POST
def remove(request: HttpRequest, card_id: UUID) -> HttpResponse:
    """Gone at once; twice is once."""
    who = shopper(request)
    try:
        payments.remove_card(card_id=card_id, payer_id=who.signed_in(), now=clock.now())
    except DomainError as error:
        messages.error(request, error.text(who.language))
    else:
        messages.success(request, _("The card is removed."))
    return redirect("storefront:cards")
