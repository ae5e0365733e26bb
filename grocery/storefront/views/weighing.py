"""The scale shows less or more than was agreed on: the customer is asked, by a link that needs no signing in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.ordering import public as ordering
from grocery.ordering.public import WeightQuestion
from grocery.storefront import weights
from grocery.storefront.shopper import safe_next, shopper


def answer_weight(request: HttpRequest, question_id: UUID) -> HttpResponse:
    """The question, or what became of it. The same answer twice is harmless; too late is said politely."""
    if request.method == "POST":
        return _answered(request, question_id)
    found = ordering.weight_question(question_id=question_id)
    return render(request, "storefront/answer.html", _context(found, shopper(request).language))


def _answered(request: HttpRequest, question_id: UUID) -> HttpResponse:
    accept = request.POST.get("answer", "") == "yes"
    try:
        ordering.answer_weight(question_id=question_id, accept=accept, now=clock.now())
    except DomainError as error:
        messages.error(request, error.text(shopper(request).language))
    else:
        messages.success(request, _("Thank you, the store knows."))
    return redirect(safe_next(request, "storefront:home") if request.POST.get("next") else request.path)


def _context(found: WeightQuestion, language: str) -> dict[str, Any]:
    late = found.open and clock.now() >= found.answer_by
    others = ordering.weight_questions(order_id=found.order_id)
    following = [one for one in others if one.open and one.id != found.id]
    return {
        "weight": weights.shown(found, language) if found.open and not late else None,
        "number": found.number,
        "settled": _("The time to answer is over. We do as we said.") if late else weights.became(found),
        "next_url": weights.address(following[0]) if following and not found.open else "",
    }
