"""What a customer has with the shop, and what moved it."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from grocery.payments import public as payments
from grocery.payments.public import CreditEntryView, CreditKind
from grocery.storefront.credit import KINDS
from grocery.storefront.shopper import shopper

PAGE: Final = 30


@require_safe
@never_cache
def credit(request: HttpRequest) -> HttpResponse:
    """The balance, and its movements, newest first."""
    customer_id = shopper(request).signed_in()
    entries = payments.credit_entries(customer_id=customer_id, most=PAGE, before=_before(request))
    context = {
        "balance": payments.credit_of(customer_id=customer_id),
        "rows": [_row(entry) for entry in entries],
        "older": entries[-1].id if len(entries) == PAGE else None,
    }
    return render(request, "storefront/credit.html", context)


def _before(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET.get("before", ""))
    except ValueError:
        return None


def _row(entry: CreditEntryView) -> dict[str, object]:
    by_order = entry.kind in {CreditKind.SPENT, CreditKind.RETURNED}
    return {"entry": entry, "what": KINDS[entry.kind], "why": "" if by_order else entry.reason}
