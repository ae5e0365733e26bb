"""The refund desk: money back for lines of an order, and the page on which a second person agrees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grocery.accounts import public as accounts
from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.kernel.money import dong
from grocery.kernel.quantity import plain
from grocery.kernel.reader import language
from grocery.kernel.tiles import Tile, tile
from grocery.ordering import public as ordering
from grocery.ordering.admin.desk import SUPPORTERS
from grocery.ordering.admin.returns import RETURNERS, Row, zone_of
from grocery.ordering.admin.wording import amount, grams, small_unit
from grocery.ordering.admin.work import DECIDERS, Worker, page, route, said, task
from grocery.ordering.models import RETURN_REASONS
from grocery.ordering.models.returns import REFUND_STEPS, WHY_EYES
from grocery.ordering.public import RefundableLine, RefundStepView, ReturnReason, ReturnState
from grocery.payments.public import RefundTo

_WHY: Final = dict(WHY_EYES)
_STEPS: Final = dict(REFUND_STEPS)


@dataclass(frozen=True, slots=True)
class Offered:
    """A line of which money may go back; what was sent before it was refused is filled in again."""

    found: RefundableLine
    chosen: str
    part: str
    money: str
    reason: str
    note: str

    @property
    def sku(self) -> str:
        return self.found.line.sku

    @property
    def name(self) -> str:
        return self.found.line.name(language())

    @property
    def amounts(self) -> list[tuple[str, str]]:
        line = self.found.line
        return [(plain(one), amount(one, line.unit)) for one in line.amounts if one]

    @property
    def small_unit(self) -> str:
        return small_unit(self.found.line.unit)

    @property
    def most(self) -> int:
        return grams(self.found.line.left)


@task(SUPPORTERS)
def desk(request: HttpRequest, worker: Worker, order: UUID) -> HttpResponse:
    """Line by line how much goes back, why, and where to."""
    found = ordering.order(order_id=order, store_id=worker.by.store_id)
    offered = ordering.refund_desk(order_id=order, by=worker.by, now=clock.now())
    if request.method == "POST" and _refunded(request, worker, order, [one.line.sku for one in offered.lines]):
        return redirect("admin:ordering_returns")
    return page(
        request,
        worker,
        "ordering/returns/refund.html",
        title=_("Refund"),
        back=reverse("admin:ordering_order_change", args=[order]),
        order=found,
        desk=offered,
        lines=[_offered(request, line) for line in offered.lines],
        reasons=RETURN_REASONS,
        fee=request.POST.get("fee", ""),
        to_credit=request.POST.get("to") == RefundTo.CREDIT,
        alone=dong(settings.REFUND_FOUR_EYES),
        delivered=found.state is ordering.OrderState.DELIVERED,
    )


def _offered(request: HttpRequest, found: RefundableLine) -> Offered:
    sent, sku = request.POST, found.line.sku
    return Offered(
        found,
        sent.get(f"quantity-{sku}", "0"),
        sent.get(f"part-{sku}", ""),
        sent.get(f"amount-{sku}", ""),
        sent.get(f"reason-{sku}", ReturnReason.DAMAGED.value),
        sent.get(f"note-{sku}", ""),
    )


def _refunded(request: HttpRequest, worker: Worker, order: UUID, skus: list[str]) -> bool:
    sent = request.POST
    try:
        made = ordering.refund_lines(
            order_id=order,
            lines=ordering.refund_lines_as_typed(sent, skus),
            fee=ordering.dong_typed(sent.get("fee", ""), field="fee"),
            to=RefundTo.CREDIT if sent.get("to") == RefundTo.CREDIT else RefundTo.ORIGINAL,
            by=worker.by,
            key=sent.get("key", "")[:64],
            now=clock.now(),
        )
        work = ordering.refund_work(return_id=made, store_id=worker.by.store_id)
    except DomainError as error:
        messages.error(request, said(error))
        return False
    if work.seen.state is ReturnState.WAITING:
        messages.warning(
            request, _("Entered; a second person has to agree: %(why)s.") % {"why": _WHY[work.why.value]}
        )
    else:
        messages.success(request, _("Decided. It can be undone until the money goes out."))
    return True


@task(RETURNERS)
def agree(request: HttpRequest, worker: Worker, found: UUID) -> HttpResponse:
    """Who wants to give back what, why; and whether somebody else agrees."""
    work = ordering.refund_work(return_id=found, store_id=worker.by.store_id)
    if request.method == "POST" and _agreed(request, worker, found):
        return redirect("admin:ordering_returns")
    zone = zone_of(worker)
    names = accounts.names(user_ids=[one.by for one in work.steps if one.by])
    waits, mine = work.seen.state is ReturnState.WAITING, work.asked_by == worker.id
    return page(
        request,
        worker,
        "ordering/returns/agree.html",
        title=_("Refund of %(number)s") % {"number": work.seen.number},
        back=reverse("admin:ordering_returns"),
        row=Row(work.seen, zone),
        why=_WHY.get(work.why.value, ""),
        steps=[_step(one, names, zone) for one in work.steps],
        may_agree=waits and not mine and not worker.roles.isdisjoint(DECIDERS),
        may_withdraw=waits and mine,
        waits=waits,
    )


def _step(one: RefundStepView, names: dict[UUID, str], zone: ZoneInfo) -> dict[str, object]:
    return {
        "what": _STEPS[one.what.value],
        "at": f"{one.at.astimezone(zone):%d/%m %H:%M}",
        "who": names.get(one.by, str(one.by)[:8]) if one.by else "",
        "amount": one.amount,
        "note": one.note,
    }


def _agreed(request: HttpRequest, worker: Worker, found: UUID) -> bool:
    word = request.POST.get("word", "")[:500].replace("\x00", "").strip()
    try:
        messages.success(request, _do(request.POST.get("do", ""), worker, found, word))
    except DomainError as error:
        messages.error(request, said(error))
        return False
    return True


def _do(do: str, worker: Worker, found: UUID, word: str) -> str:
    now, by = clock.now(), worker.by
    match do:
        case "approve":
            ordering.approve_refund(return_id=found, by=by, word=word, now=now)
            return _("Approved. It can be undone until the money goes out.")
        case "refuse":
            ordering.refuse_refund(return_id=found, by=by, word=word, now=now)
            return _("Not approved. Nothing goes back.")
        case _other:
            ordering.withdraw_refund(return_id=found, by=by, now=now)
            return _("Withdrawn. Nothing goes back.")


def _waiting(worker: Worker) -> object:
    return ordering.refunds_waiting(store_id=worker.store) or ""


route("orders/<uuid:order>/refund/", desk, name="ordering_refund")
route("refunds/<uuid:found>/", agree, name="ordering_refund_agree")
tile(
    Tile(
        "admin:ordering_returns",
        gettext_lazy("Refunds to approve"),
        "check",
        gettext_lazy("Money that goes back once a second person agrees"),
        count=_waiting,
        roles=DECIDERS,
        rank=9,
        query="#h-eyes",
    )
)
