"""Something ran out: the customer is asked, by a link that needs no signing in, one question to a page."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.ordering import public as ordering
from grocery.ordering.public import Substitution, SubstitutionDefault, SubstitutionState
from grocery.storefront import wording
from grocery.storefront.shopper import safe_next, shopper
from grocery.storefront.substitutes import MOST, other
from grocery.storefront.views.weighing import answer_weight

_BECAME: Final = {
    SubstitutionState.CHOSEN: gettext_lazy("Replaced, as you chose"),
    SubstitutionState.ACCEPTED: gettext_lazy("Replaced, as you said"),
    SubstitutionState.REJECTED: gettext_lazy("Left out, you don’t pay for it"),
    SubstitutionState.WITHDRAWN: gettext_lazy("This question is no longer needed: the order has changed since"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The question, or what became of it. Answering twice the same is harmless; too late is said politely."""
    if about_weight := ordering.weight_question_of_token(token=token):
        return answer_weight(request, about_weight)
    found = ordering.question(substitution_id=ordering.question_of_token(token=token))
    if request.method == "POST":
        return _answered(request, found)
    language = shopper(request).language
    return render(request, "storefront/answer.html", _context(found, language))


def _answered(request: HttpRequest, found: Substitution) -> HttpResponse:
    said, other = request.POST.get("answer", ""), request.POST.get("with_sku", "")
    try:
        ordering.answer(
            substitution_id=found.id,
            accept=said != "no",
            with_sku=(other or None) if said == "other" else None,
            now=clock.now(),
        )
    except DomainError as error:
        messages.error(request, error.text(shopper(request).language))
    else:
        messages.success(request, _("Thank you, the store knows."))
    return redirect(safe_next(request, "storefront:home") if request.POST.get("next") else request.path)


def _context(found: Substitution, language: str) -> dict[str, Any]:
    now = clock.now()
    late = found.open and found.answer_by is not None and now >= found.answer_by
    others = ordering.other_substitutes(substitution_id=found.id, now=now) if found.open and not late else ()
    following = [one for one in ordering.open_questions(order_id=found.order_id) if one.id != found.id]
    return {
        "question": None if late else shown(found, language) if found.open else None,
        "number": found.number,
        "settled": _("The time to answer is over. We do as we said.") if late else became(found, language),
        "others": [other(one, language) for one in others[:MOST]],
        "next_url": address(following[0]) if following and not found.open else "",
    }


def shown(found: Substitution, language: str) -> dict[str, Any]:
    """A question as its block shows it, on its own page and on the order's."""
    original, instead = found.original, found.substitute
    return {
        "url": address(found),
        "gone": original.name(language),
        "gone_image": original.image,
        "gone_tint": original.tint,
        "gone_price": original.price * original.quantity,
        "gone_quantity": wording.portion(original.quantity, original.unit, original.piece_weight, language),
        "instead": instead.name(language),
        "image": instead.image,
        "tint": instead.tint,
        "price": instead.price * instead.quantity,
        "quantity": wording.portion(instead.quantity, instead.unit, instead.piece_weight, language),
        "usual": found.list_price * instead.quantity if found.list_price != instead.price else None,
        "until": found.answer_by,
        "replaced_by_default": found.default is SubstitutionDefault.REPLACE,
    }


def became(found: Substitution, language: str) -> str:
    """What became of a question, in words; empty while it is open."""
    if found.open:
        return ""
    if found.state is SubstitutionState.BY_DEFAULT:
        return _("No answer in time: replaced, as announced") if found.replaced else _("No answer in time: left out")
    words = str(_BECAME[found.state])
    return f"{words}: {found.substitute.name(language)}" if found.replaced else words


def address(found: Substitution) -> str:
    return reverse("storefront:answer", args=[ordering.answer_token(substitution_id=found.id)])
