"""The steps of an order as buttons on its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grocery.kernel import clock
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import Quantity, plain
from grocery.kernel.reader import language
from grocery.ordering import public as ordering
from grocery.ordering.contracts import PAID_OTHERWISE, OrderState
from grocery.ordering.models import MOTIVES, UNITS, Order


class Nothing(forms.Form):
    """A step that asks nothing."""


class WhyCancelled(forms.Form):
    """Why an order is called off: one of staff's reasons, and what there is to say about it."""

    motive = forms.ChoiceField(label=_("Reason"))
    reason = forms.CharField(
        label=_("Remark"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = dict(MOTIVES)
        theirs = ordering.motives(by=Principal(kind="staff"))
        self.fields["motive"].choices = [(motive.value, words[motive.value]) for motive in theirs]  # type: ignore[attr-defined]  # a ChoiceField


class WhyCash(forms.Form):
    """Why an order is paid in cash after all."""

    note = forms.CharField(
        label=_("Why?"),
        help_text=_("The customer can read it. For example: you called and want to pay the driver."),
        max_length=1000,
    )


#: Before the SKU in the names of fields, which also has other fields beside it.
_LESS = "less-"


class LessOfIt(WhyCancelled):
    """One field per line: how much of it is called off."""

    def __init__(self, *args: Any, order: ordering.OrderView, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for line in order.lines:
            self.fields[f"{_LESS}{line.sku}"] = forms.DecimalField(
                label=_("Less of %(name)s (%(unit)s)")
                % {"name": line.name(language()), "unit": UNITS.get(line.unit, line.unit)},
                help_text=_("in the order: %(quantity)s") % {"quantity": plain(line.quantity)},
                max_digits=12,
                decimal_places=3,
                min_value=0,
                max_value=line.quantity,
                required=False,
            )

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        if not self.errors and not any(less for name, less in answers.items() if name.startswith(_LESS)):
            raise forms.ValidationError(_("Say of which line how much is to be cancelled."))
        return answers


#: A field's name that no SKU is.
_ASK = "_ask"


class Weights(forms.Form):
    """One field per line that is weighed or measured, filled with what was ordered or agreed, and whether to ask."""

    def __init__(self, *args: Any, order: ordering.OrderView, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        weighed = [line for line in order.lines if line.unit != "piece"]
        agreed = _agreed(order) if weighed else {}
        for line in weighed:
            self.fields[line.sku] = forms.DecimalField(
                label=f"{line.name(language())} ({line.unit})",
                max_digits=12,
                decimal_places=3,
                initial=plain(agreed.get((line.sku, line.quantity), line.quantity)),
            )
        if weighed:
            self.fields[_ASK] = forms.BooleanField(
                label=_("No better portion: ask the customer"),
                help_text=_("Only about less than 90 or more than 110 % of what was ordered. Pack it once answered."),
                required=False,
            )


def _agreed(order: ordering.OrderView) -> dict[tuple[str, Quantity], Quantity]:
    """What customers take as weighed, by SKU and how much was ordered then."""
    found = ordering.weight_questions(order_id=order.id)
    return {(one.sku, one.ordered): one.weighed for one in found if one.state in _TAKEN}


_TAKEN = (ordering.WeightState.ACCEPTED, ordering.WeightState.BY_DEFAULT)

#: Takes the step; what it says where something else was done instead.
type Take = Callable[[UUID, Principal, Mapping[str, Any]], Promise | None]


@dataclass(frozen=True, slots=True)
class Step:
    """A button on the order's page. `asks`: a page with a form comes first."""

    name: str
    label: Promise
    done: Promise
    starts_from: Set[OrderState]
    take: Take
    form: type[forms.Form] = Nothing
    #: Whether the form sent twice would do it twice; then its key counts, and is among the answers as `key`.
    adds_up: bool = False

    @property
    def asks(self) -> bool:
        return self.form is not Nothing


def _just(move: Callable[..., None]) -> Take:
    """A step that needs nothing but the order."""

    def take(order_id: UUID, by: Principal, _answers: Mapping[str, Any]) -> None:
        move(order_id=order_id, by=by, now=clock.now())

    return take


def _pack(order_id: UUID, by: Principal, answers: Mapping[str, Any]) -> Promise | None:
    """Seal it; where the customer is to be asked about a weight, that comes first."""
    weights, now = {sku: Quantity(weight) for sku, weight in answers.items() if sku != _ASK}, clock.now()
    if answers.get(_ASK) and ordering.ask_about_weights(
        order_id=order_id, weights=weights, needed_only=True, by=by, now=now
    ):
        return _("The customer is asked. Pack the order once they have answered.")
    ordering.mark_packed(order_id=order_id, weights=weights, by=by, now=now)
    return None


def _cancel(order_id: UUID, by: Principal, answers: Mapping[str, Any]) -> None:
    motive = ordering.CancelMotive(answers["motive"])
    ordering.cancel(order_id=order_id, by=by, motive=motive, reason=answers["reason"], now=clock.now())


def _to_cash(order_id: UUID, by: Principal, answers: Mapping[str, Any]) -> None:
    cash = ordering.PaymentMethod.CASH_ON_DELIVERY
    ordering.change_tender(order_id=order_id, method=cash, by=by, note=answers["note"], now=clock.now())


def _cancel_lines(order_id: UUID, by: Principal, answers: Mapping[str, Any]) -> None:
    ordering.cancel_lines(
        order_id=order_id,
        quantities={
            name.removeprefix(_LESS): Quantity(less)
            for name, less in answers.items()
            if name.startswith(_LESS) and less
        },
        by=by,
        motive=ordering.CancelMotive(answers["motive"]),
        reason=answers["reason"],
        key=answers["key"],
        now=clock.now(),
    )


_S = OrderState
_STEPS = (
    Step("pick", _("Start picking"), _("Picking has started."), {_S.CONFIRMED}, _just(ordering.start_picking)),
    Step("pack", _("Packed"), _("The order is packed."), {_S.PICKING}, _pack, Weights),
    Step("dispatch", _("Out for delivery"), _("The order is on its way."), {_S.PACKED}, _just(ordering.dispatch)),
    Step("deliver", _("Delivered"), _("The order is delivered."), {_S.OUT_FOR_DELIVERY}, _just(ordering.deliver)),
    Step("hand-over", _("Fetched"), _("The order is delivered."), {_S.PACKED}, _just(ordering.deliver)),
    Step("cash", _("Pay in cash instead"), _("It is paid in cash now."), PAID_OTHERWISE, _to_cash, WhyCash),
    Step(
        "cancel-lines",
        _("Cancel some lines"),
        _("These goods are cancelled."),
        {_S.PLACED, _S.CONFIRMED},
        _cancel_lines,
        LessOfIt,
        adds_up=True,
    ),
    Step(
        "cancel",
        _("Cancel order"),
        _("The order is cancelled."),
        {_S.PLACED, _S.CONFIRMED, _S.PICKING},
        _cancel,
        WhyCancelled,
    ),
)
STEPS = {step.name: step for step in _STEPS}


#: Forms that ask about each line.
BY_LINE = (Weights, LessOfIt)


def next_steps(order: Order) -> list[Step]:
    """What may be done with it now. What is fetched is handed over instead of driven."""
    leaving_out = {"dispatch", "deliver"} if order.mode == "pickup" else {"hand-over"}
    if order.method == ordering.PaymentMethod.CASH_ON_DELIVERY:
        leaving_out.add("cash")
    return [step for step in STEPS.values() if order.state in step.starts_from and step.name not in leaving_out]
