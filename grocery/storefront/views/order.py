"""An order and where it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from grocery.catalog import public as catalog
from grocery.kernel import clock
from grocery.kernel.quantity import plain
from grocery.ordering import public as ordering
from grocery.ordering.public import ChangeKind, OrderLineView, OrderState, OrderView, headroom
from grocery.payments import public as payments
from grocery.payments.public import Method, PaymentState, PaymentView, RefundState, RefundView
from grocery.storefront import credit, motives, offers, tenders, weights, wording
from grocery.storefront.shopper import shopper
from grocery.storefront.views import returning
from grocery.storefront.views.answer import shown
from grocery.storefront.views.history import said_of

_FINAL: Final = {OrderState.DELIVERED, OrderState.CANCELLED}
_STEPS: Final = (
    (OrderState.PLACED, "check", gettext_lazy("Placed")),
    (OrderState.PICKING, "bag", gettext_lazy("Picking")),
    (OrderState.PACKED, "box", gettext_lazy("Packed")),
    (OrderState.OUT_FOR_DELIVERY, "truck", gettext_lazy("On its way")),
    (OrderState.DELIVERED, "home", gettext_lazy("Delivered")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A station of the timeline; `state` is done, now or nothing yet."""

    name: str
    icon: str
    state: str
    at: Any


@require_safe
@never_cache
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The order; asks again by itself every few seconds while something may still move."""
    who = shopper(request)
    found = ordering.order(order_id=order_id, customer_id=who.signed_in())
    payment = payments.payment(order_id=order_id)
    returns = ordering.returns_of(order_id=order_id) if found.charged is not None else ()
    by_key = {refund.key: refund for refund in payment.refunds}
    context = _context(found, payment, who.language) | {
        "returns": [
            returning.told(one, by_key, who.language, method=payment.method)
            for one in returning.of_customers(returns)
        ],
        "may_return": returning.may_return(request, found, returns),
        "kept": found.charged - found.given_back if found.charged and found.given_back else None,
        "vat_left": ordering.vat_left(order=found, returns=returns),
        "edit_until": ordering.editable_until(order_id=order_id, customer_id=who.customer_id, now=clock.now()),
    }
    fragment = request.htmx and request.htmx.target == "status"  # type: ignore[attr-defined]  # set by django-htmx
    return render(request, "storefront/parts/order_status.html" if fragment else "storefront/order.html", context)


def _context(found: OrderView, payment: PaymentView, language: str) -> dict[str, Any]:
    today = wording.local(clock.now()).date()
    replaced = {line.sku: line.name(language) for line in (*found.lines, *found.gone)}
    parts = [part.amount for part in payment.captures if part.method is not Method.STORE_CREDIT]
    return {
        "order": found,
        "store": catalog.store(store_id=catalog.StoreId(found.store_id)),
        "said": said_of(found.state, method=found.method),
        "day": wording.weekday(found.slot_day, today=today),
        "window": wording.window(found.slot_starts_at, found.slot_ends_at),
        "steps": _steps(found),
        "moving": found.state not in _FINAL,
        "undelivered": found.state is OrderState.UNDELIVERED,
        "cancelled": found.state is OrderState.CANCELLED,
        "lines": [_line(line, language, replaced) for line in found.lines],
        "gone": [_line(line, language, replaced) | {"fate": _fate(line, found)} for line in found.gone],
        "changes": [motives.told(change, language) for change in found.changes],
        "payment": payment,
        "paid": _paid(payment),
        "settled": payment.state in _SETTLED,
        "parts": parts if len(parts) > 1 else [],
        "credit": credit.paid(payment, found),
        "refunds": credit.refunds(payment, _given_back, _what_now),
        "to_pay": payment.to_pay,
        "pays_again": payment.pays_again,
        "changes_to": tenders.tender(payment.changes_to) if payment.changes_to else None,
        "may_pay_otherwise": tenders.may_change(found, payment),
        "declined": tenders.refused(payment.changes_to or payment.method, payment.failure_code),
        "weights": _weights(found, language),
        "questions": [shown(one, language) for one in ordering.open_questions(order_id=found.id)],
    }


def _weights(found: OrderView, language: str) -> list[dict[str, Any]]:
    """What the customer is being asked about weights; nothing is weighed before picking."""
    if found.state is not OrderState.PICKING:
        return []
    return [weights.shown(one, language) for one in ordering.weight_questions(order_id=found.id) if one.open]


def _steps(found: OrderView) -> list[Step]:
    """What is behind, where it is, what comes; confirmed counts as placed until picking starts."""
    reached = {entry.state: entry.at for entry in found.timeline}
    stations = [state for state, _icon, _name in _STEPS]
    last = max((stations.index(state) for state in reached if state in stations), default=0)
    if found.state in stations:  # it may have come back, to be sent again
        last = stations.index(found.state)
    over = found.state in _FINAL
    return [
        Step(
            name=str(name),
            icon=icon,
            state="done" if i < last or (i == last and over) else "now" if i == last else "",
            at=reached.get(state),
        )
        for i, (state, icon, name) in enumerate(_STEPS)
    ]


def _fate(line: OrderLineView, found: OrderView) -> str:
    """Why a line that was ordered does not come."""
    if any(other.replaces == line.sku for other in found.lines):
        return _("Ran out, replaced")
    for change in reversed(found.changes):
        if any(one.sku == line.sku for one in change.lines):
            return _("Ran out, left out") if change.kind is ChangeKind.LEFT_OUT else _("Cancelled")
    return _("Cancelled")


def _line(line: OrderLineView, language: str, names: Mapping[str, str]) -> dict[str, Any]:
    say = wording.about if line.packed is None else wording.portion  # on the scale it was exact
    ordered = say(line.quantity, line.unit, line.piece_weight, language)
    changed = line.packed is not None and line.packed != line.quantity
    return {
        "name": line.name(language),
        "image": line.image,
        "tint": line.tint,
        "ordered": f"{plain(line.quantity)} × {line.price}" if line.unit == "piece" else _about(line, ordered),
        "packed": wording.measure(line.packed, line.unit, language) if line.packed is not None else "",
        "changed": changed,
        "amount": line.packed_amount if line.packed_amount is not None else line.amount,
        "was": line.amount if changed else line.list_amount if line.adjustments else None,
        "reasons": offers.reasons(line.adjustments, language),
        "instead_of": names.get(line.replaces, "") if line.replaces else "",
        "note": line.note,
    }


def _about(line: OrderLineView, ordered: str) -> str:
    """Goods by weight: an estimate with its most, until they are on the scale."""
    if line.packed is not None:
        return ordered
    most = line.amount + headroom(line.amount, unit=line.unit)
    return _("%(about)s, never above %(most)s") % {"about": ordered, "most": most}


def _paid(payment: PaymentView) -> str:
    """What became of the money, in words."""
    if credit.pays_all(payment):
        return _("Paid with store credit")
    if payment.state is PaymentState.AUTHORISED:
        return str(tenders.tender(payment.method).held)
    return str(_MONEY[payment.state])


def _given_back(refund: RefundView, method: Method) -> str:
    """Where money is that goes back, in words."""
    if refund.state is RefundState.SUCCEEDED:
        return _("Refunded")
    if refund.state is not RefundState.OWED:
        return str(tenders.tender(method).refund)
    return _("Refund, we hand it to you in cash") if refund.in_cash else _("Refund, we are seeing to it")


def _what_now(refund: RefundView) -> str:
    """What comes next, and when that usually is."""
    if refund.failed:
        return _("It could not go back the way it came. We get in touch and pay it otherwise, usually within 3 days.")
    if refund.state is RefundState.SUCCEEDED or refund.days is None:
        return ""
    first, last = refund.days
    if refund.state is RefundState.OWED:
        return _("We transfer it by hand, usually within %(last)d working days.") % {"last": last}
    return _("Usually there within %(first)d to %(last)d working days.") % {"first": first, "last": last}


_SETTLED: Final = {PaymentState.AUTHORISED, PaymentState.CAPTURED, PaymentState.CANCELLED}
_MONEY: Final = {
    PaymentState.INTENDED: gettext_lazy("Waiting for your payment"),
    PaymentState.PENDING: gettext_lazy("Waiting for your payment"),
    PaymentState.CAPTURED: gettext_lazy("Paid"),
    PaymentState.CANCELLED: gettext_lazy("Let go, nothing was charged"),
    PaymentState.FAILED: gettext_lazy("Did not work, nothing was charged"),
    PaymentState.UNKNOWN: gettext_lazy("We are asking the bank"),
}
