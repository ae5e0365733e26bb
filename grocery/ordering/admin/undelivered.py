"""An order that came back: try again, bring it in another slot, or give it up."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from grocery.delivery import public as delivery
from grocery.kernel import clock, phones
from grocery.kernel.errors import DomainError
from grocery.ordering import public as ordering
from grocery.ordering.admin.desk import SUPPORTERS
from grocery.ordering.admin.picking import as_key
from grocery.ordering.admin.returns import RETURNERS
from grocery.ordering.admin.work import Worker, page, route, said, task

_DAYS = 4


@task(RETURNERS)
def came_back(request: HttpRequest, worker: Worker, order: UUID) -> HttpResponse:
    """Say that it could not be delivered, and why; or, once that is known, how it goes on."""
    found = ordering.order(order_id=order, store_id=worker.by.store_id)
    waits = found.state is ordering.OrderState.UNDELIVERED
    if request.method == "POST" and _done(request, worker, found):
        if waits:
            return redirect("admin:ordering_returns")
        return redirect("admin:ordering_came_back", order)
    return page(
        request,
        worker,
        "ordering/returns/came_back.html",
        title=_("Order %(number)s") % {"number": found.number},
        back=reverse("admin:ordering_returns"),
        order=found,
        call=phones.link(found.recipient.phone),
        waits=waits,
        may_fail=found.state in {ordering.OrderState.OUT_FOR_DELIVERY, ordering.OrderState.PACKED},
        pickup=found.recipient.mode == "pickup",
        why=found.timeline[-1].reason,
        slots=_slots(found) if waits else [],
        fee=found.fee - found.fee_discount,
        prepaid=found.method is not ordering.PaymentMethod.CASH_ON_DELIVERY,
        may_end=not worker.roles.isdisjoint(SUPPORTERS),
    )


def _slots(order: ordering.OrderView) -> list[tuple[str, str]]:
    """The open slots of its kind, the next first."""
    to = delivery.delivery(order_id=order.id).destination
    ward = None if to.pickup_point_id else to.ward_code
    try:
        offers = delivery.slots(
            store_id=order.store_id,
            ward_code=ward,
            pickup_point_id=to.pickup_point_id,
            days=_DAYS,
            now=clock.now(),
        )
    except delivery.OutsideDeliveryArea:
        return []
    return [(str(one.slot.id), _window(one.slot)) for one in offers if one.state is delivery.SlotState.OPEN]


def _window(slot: delivery.Slot) -> str:
    zone = ZoneInfo(slot.zone)
    return f"{slot.starts_at.astimezone(zone):%d/%m %H:%M}–{slot.ends_at.astimezone(zone):%H:%M}"


def _done(request: HttpRequest, worker: Worker, order: ordering.OrderView) -> bool:
    try:
        messages.success(request, _do(request, worker, order.id))
    except DomainError as error:
        messages.error(request, said(error))
        return False
    return True


def _do(request: HttpRequest, worker: Worker, order: UUID) -> str:
    note = request.POST.get("note", "")[:200].replace("\x00", "").strip()
    now, by = clock.now(), worker.by
    match request.POST.get("do", ""):
        case "again":
            ordering.dispatch(order_id=order, by=by, now=now)
            return _("It is on its way again.")
        case "handed-over":
            ordering.deliver(order_id=order, by=by, now=now)
            return _("The order is delivered.")
        case "slot":
            ordering.bring_again(order_id=order, slot_id=as_key(request.POST.get("slot", "")), by=by, now=now)
            return _("It comes in the new slot; the customer gets a mail.")
        case "end" if not worker.roles.isdisjoint(SUPPORTERS):
            fee_back = "fee_back" in request.POST
            ordering.give_up_delivery(order_id=order, by=by, now=now, fee_back=fee_back, note=note)
            return _("The order is cancelled. Receive its goods when they are here.")
        case _other:
            ordering.not_delivered(order_id=order, reason=note, by=by, now=now)
            return _("Noted. Say how it goes on.")


route("orders/<uuid:order>/came-back/", came_back, name="ordering_came_back")
