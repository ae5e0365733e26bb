"""Giving back what was delivered: what, why, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from grocery.accounts import public as accounts
from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.kernel.idempotency import once
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import plain
from grocery.ordering import public as ordering
from grocery.ordering.public import Returnable, ReturnKind, ReturnReason, ReturnState, ReturnView
from grocery.payments.public import Method, RefundState, RefundView
from grocery.storefront import credit, tenders, wording
from grocery.storefront.shopper import sent, shopper

REASONS: Final = {
    ReturnReason.DAMAGED: gettext_lazy("Damaged or spoilt"),
    ReturnReason.NOT_AS_ORDERED: gettext_lazy("Not what I ordered"),
    ReturnReason.SHORT_DATED: gettext_lazy("Expires too soon"),
    ReturnReason.WRONG_SUBSTITUTE: gettext_lazy("I do not want the replacement"),
    ReturnReason.MISSING: gettext_lazy("It was not in the box"),
    ReturnReason.CHANGED_MIND: gettext_lazy("I changed my mind"),
    ReturnReason.OTHER: gettext_lazy("Another reason"),
}
_KINDS: Final = {
    ReturnKind.DOOR: gettext_lazy("Not taken at the door"),
    ReturnKind.AFTER: gettext_lazy("Returned"),
    ReturnKind.UNDELIVERED: gettext_lazy("Not delivered"),
    ReturnKind.REFUND: gettext_lazy("Refunded"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def give_back(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Ask what is not wanted and why; hand the request in, once for each key."""
    customer_id = shopper(request).signed_in()
    found = ordering.order(order_id=order_id, customer_id=customer_id)
    if request.method != "POST":
        return _ask(request, found)
    return once(
        scope=f"customer:{customer_id} POST {reverse('storefront:return-order', args=[order_id])}",
        key=request.POST.get("idempotency_key", ""),
        fingerprint=sent(request),
        run=lambda: _handed_in(request, found),
    )


def _ask(request: HttpRequest, found: ordering.OrderView, *, said: str = "") -> HttpResponse:
    """The form, filled with what was sent before."""
    left = [line for line in _returnable(request, found) if line.left]
    if not left and not said:
        messages.info(request, _("Nothing of this order can be returned any more."))
        return redirect("storefront:order", order_id=found.id)
    context = {
        "order": found,
        "key": new_id(),
        "said": said,
        "reasons": [(reason.value, words) for reason, words in REASONS.items()],
        "lines": [_line(line, shopper(request).language, request.POST) for line in left],
    }
    return render(request, "storefront/return.html", context, status=422 if said else 200)


def _returnable(request: HttpRequest, found: ordering.OrderView) -> tuple[Returnable, ...]:
    if found.state is not ordering.OrderState.DELIVERED:
        return ()
    by = accounts.principal_of_session(request.user)
    return ordering.returnable(order_id=found.id, by=by, now=clock.now())


def _line(line: Returnable, language: str, asked: Mapping[str, str]) -> dict[str, Any]:
    counter = wording.Counter.of(line.unit)
    return {
        "line": line,
        "name": line.name(language),
        "until": wording.local(line.until) if line.until else None,
        "choices": [(plain(one), wording.measure(one, line.unit, language)) for one in line.amounts],
        "chosen": asked.get(f"quantity-{line.sku}", "0"),
        "counter": counter,
        "most": counter.count(line.left),
        "part": asked.get(f"part-{line.sku}", ""),
        "reason": asked.get(f"reason-{line.sku}", ""),
        "note": asked.get(f"note-{line.sku}", ""),
    }


def _handed_in(request: HttpRequest, found: ordering.OrderView) -> HttpResponse:
    by = accounts.principal_of_session(request.user)
    try:
        ordering.ask_return(
            order_id=found.id,
            unwanted=ordering.unwanted_as_typed(request.POST, [line.sku for line in found.lines]),
            by=by,
            now=clock.now(),
            key=request.POST.get("idempotency_key", "")[:64],
        )
    except DomainError as error:
        return _ask(request, found, said=error.text(shopper(request).language))
    messages.success(request, _("We look at your request and write to you."))
    return redirect("storefront:order", order_id=found.id)


@require_POST
def withdraw(request: HttpRequest, order_id: UUID, return_id: UUID) -> HttpResponse:
    """They want to keep it after all."""
    shopper(request).signed_in()
    by = accounts.principal_of_session(request.user)
    if return_id not in {one.id for one in ordering.returns_of(order_id=order_id)}:
        raise Http404
    try:
        ordering.withdraw_return(return_id=return_id, by=by, now=clock.now())
    except DomainError as error:
        messages.error(request, error.text(shopper(request).language))
    else:
        messages.success(request, _("Withdrawn. You keep it."))
    return redirect("storefront:order", order_id=order_id)


def may_return(request: HttpRequest, found: ordering.OrderView, returns: tuple[ReturnView, ...]) -> bool:
    """Whether to offer it: something is left, in time, and no request waits."""
    waits = any(one.state is ReturnState.REQUESTED for one in returns)
    return not waits and any(line.left for line in _returnable(request, found))


def told(one: ReturnView, refunds: Mapping[str, RefundView], language: str, *, method: Method) -> dict[str, Any]:
    """A return as the order's page tells it."""
    return {
        "id": one.id,
        "at": one.asked_at,
        "what": _KINDS[one.kind],
        "state": _state(one, refunds.get(one.refund_key), method=method),
        "waits": one.state is ReturnState.REQUESTED,
        "amount": one.amount,
        "lines": [
            {
                "name": line.name(language),
                "quantity": wording.measure(line.quantity, line.unit, language) if line.quantity else "",
                "refused": line.accepted is False,
                "answer": line.answer,
            }
            for line in one.lines
        ],
    }


def _state(one: ReturnView, refund: RefundView | None, *, method: Method) -> str:
    """Where it is, and where the money is."""
    if one.state is ReturnState.DECIDED:
        return (
            _("Accepted, the money follows in a few minutes")
            if one.kind in {ReturnKind.AFTER, ReturnKind.REFUND}
            else _not_paid(method)
        )
    if one.state is not ReturnState.SETTLED:
        return str(_STATES[one.state])
    if refund is None:
        return _("You did not pay for it")
    if refund.state is RefundState.SUCCEEDED:
        in_credit = refund.to_credit == refund.amount
        return _("It is in your store credit") if in_credit else _("You have the money back")
    if refund.state is RefundState.OWED:
        return _("We hand you the money in cash") if refund.in_cash else _("We are seeing to the refund")
    return credit.coming(refund, method)


def of_customers(returns: Iterable[ReturnView]) -> list[ReturnView]:
    """Those that customers are told of, the newest first: not what staff thought of and let be."""
    let_be = {ReturnState.WITHDRAWN, ReturnState.REFUSED}
    shown = [one for one in returns if one.kind is not ReturnKind.REFUND or one.state not in let_be]
    return shown[::-1]


def _not_paid(method: Method) -> str:
    """It was never taken in cash; what was held or paid before goes back."""
    return str(tenders.tender(method).back) or _("You did not pay for it")


_STATES: Final = {
    ReturnState.REQUESTED: gettext_lazy("We are looking at it"),
    ReturnState.WAITING: gettext_lazy("Accepted, a colleague checks the amount; usually within a day"),
    ReturnState.REFUSED: gettext_lazy("Not accepted"),
    ReturnState.WITHDRAWN: gettext_lazy("Withdrawn"),
}
