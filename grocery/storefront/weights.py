"""Questions about weights as pages show them."""

from __future__ import annotations

from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grocery.ordering import public as ordering
from grocery.ordering.public import WeightQuestion, WeightState
from grocery.storefront import wording

_BECAME: Final = {
    WeightState.ACCEPTED: gettext_lazy("Taken as weighed, as you said"),
    WeightState.BY_DEFAULT: gettext_lazy("No answer in time: taken as weighed, as announced"),
    WeightState.WITHDRAWN: gettext_lazy("This question is no longer needed: the order has changed since"),
}


def shown(found: WeightQuestion, language: str) -> dict[str, Any]:
    """A question as its block shows it, on its own page and on the order's."""
    return {
        "url": address(found),
        "name": found.name(language),
        "image": found.image,
        "tint": found.tint,
        "ordered": wording.about(found.ordered, found.unit, found.piece_weight, language),
        "weighed": wording.measure(found.weighed, found.unit, language),
        "less": found.less,
        "agreed": found.agreed,
        "amount": found.amount,
        "until": found.answer_by,
    }


def became(found: WeightQuestion) -> str:
    """What became of a question, in words; empty while it is open."""
    if found.open:
        return ""
    if found.state is WeightState.REFUSED:
        return _("Left out, you don’t pay for it") if found.less else _("We weigh another portion, as you said")
    return str(_BECAME[found.state])


def address(found: WeightQuestion) -> str:
    return reverse("storefront:answer", args=[ordering.weight_token(question_id=found.id)])
