"""What customers are being asked, and what staff decide for them on the phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import ceil
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from grocery.kernel import clock, phones
from grocery.kernel.errors import DomainError
from grocery.kernel.money import Money
from grocery.kernel.reader import language
from grocery.kernel.tiles import Tile, tile
from grocery.ordering import public as ordering
from grocery.ordering.admin.wording import about, amount
from grocery.ordering.admin.work import DESK, Worker, page, route, said, task


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as the page says it. `weighed` empty: it is about a substitute."""

    id: UUID
    order_id: UUID
    number: str
    recipient: str
    phone: str
    name: str
    ordered: str
    weighed: str
    instead: str
    price: Money
    less: bool
    minutes: int

    @property
    def call(self) -> SafeString:
        return phones.link(self.phone)


@task(DESK)
def questions(request: HttpRequest, worker: Worker) -> HttpResponse:
    """All that wait for an answer, those about weights first."""
    now = clock.now()
    asked = [_weight(one, now) for one in ordering.open_weight_questions(store_id=worker.store)]
    asked += [_substitute(*one, now) for one in ordering.open_substitutions(store_id=worker.store)]
    return page(
        request,
        worker,
        "ordering/desk/questions.html",
        title=_("Questions to customers"),
        back=reverse("admin:ordering_desk"),
        asked=asked,
    )


@task(DESK)
def decide(request: HttpRequest, worker: Worker, kind: str, question: UUID) -> HttpResponse:
    """Yes or no, as the customer said on the phone; who decided is kept."""
    accept = request.POST.get("answer") == "yes"
    note = request.POST.get("note", "")[:1000].replace("\x00", "").strip()
    try:
        if kind == "weight":
            ordering.decide_weight(question_id=question, accept=accept, note=note, by=worker.by, now=clock.now())
        else:
            ordering.decide_substitution(substitution_id=question, accept=accept, by=worker.by, now=clock.now())
        messages.success(request, _("Decided for the customer."))
    except DomainError as error:
        messages.error(request, said(error))
    return redirect("admin:ordering_questions")


def _weight(one: ordering.WeightQuestion, now: datetime) -> Asked:
    return Asked(
        id=one.id,
        order_id=one.order_id,
        number=one.number,
        recipient=one.recipient,
        phone=one.phone,
        name=one.name(language()),
        ordered=about(one.ordered, one.unit, one.piece_weight),
        weighed=amount(one.weighed, one.unit),
        instead="",
        price=one.amount,
        less=one.less,
        minutes=_minutes(one.answer_by, now),
    )


def _substitute(one: ordering.Substitution, recipient: str, phone: str, now: datetime) -> Asked:
    return Asked(
        id=one.id,
        order_id=one.order_id,
        number=one.number,
        recipient=recipient,
        phone=phone,
        name=one.original.name(language()),
        ordered=amount(one.original.quantity, one.original.unit),
        weighed="",
        instead=one.substitute.name(language()),
        price=one.substitute.price * one.substitute.quantity,
        less=False,
        minutes=_minutes(one.answer_by, now),
    )


def _minutes(until: datetime | None, now: datetime) -> int:
    """How long the customer still has, in whole minutes."""
    return max(0, ceil((until - now).total_seconds() / 60)) if until else 0


def _how_many(worker: Worker) -> object:
    asked = ordering.open_weight_questions(store_id=worker.store)
    return len(asked) + len(ordering.open_substitutions(store_id=worker.store)) or ""


route("questions/", questions, name="ordering_questions")
route("questions/<str:kind>/<uuid:question>/", require_POST(decide), name="ordering_question_decide")
tile(
    Tile(
        "admin:ordering_questions",
        gettext_lazy("Questions to customers"),
        "clock",
        gettext_lazy("Who has not answered yet; decide for them on the phone"),
        _how_many,
        roles=DESK,
        rank=7,
    )
)
