"""What customers say about their cart besides quantities, over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import ConfigDict, StringConstraints

from grocery.kernel import clock, wire
from grocery.kernel.http import asker
from grocery.kernel.inputs import Code, Id, Input
from grocery.ordering import public as ordering
from grocery.ordering.api.carts import answered, owner
from grocery.ordering.api.schemas import Cart
from grocery.ordering.api.substitutions import Candidates, candidate

router = Router()

#: One line of at most 200 characters, may be empty.
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]


class ChoiceInput(Input):
    """What is wanted when something runs out: the best match at once, to be asked, or nothing instead."""

    choice: ordering.SubstitutionChoice
    model_config = ConfigDict(json_schema_extra={"examples": [{"choice": "ask"}]})


class LineChoiceInput(Input):
    """The same for one line; null: as for the whole cart. `substitute_sku` is what is tried first."""

    choice: ordering.SubstitutionChoice | None
    substitute_sku: Code | None = None
    model_config = ConfigDict(json_schema_extra={"examples": [{"choice": "similar", "substitute_sku": "milk-1000"}]})


class NoteInput(Input):
    """What the picker should know; empty: nothing."""

    note: Note
    model_config = ConfigDict(json_schema_extra={"examples": [{"note": "Chín vừa, để ăn cuối tuần"}]})


class DayInput(Input):
    """A day of the store's calendar, from today to 30 days ahead; null: not said."""

    day: date | None
    model_config = ConfigDict(json_schema_extra={"examples": [{"day": None}]})


@router.put("/cart/substitution", response=Cart, summary="If something runs out")
def choose(request: HttpRequest, said: ChoiceInput, store_id: Id | None = None) -> HttpResponse:
    """For the whole cart, unless a line says otherwise. Begins a cart if need be."""
    view = ordering.choose_substitution(owner=owner(request), choice=said.choice, store_id=store_id, now=clock.now())
    return answered(request, view)


@router.put("/cart/day", response=Cart, summary="For which day the cart is")
def want_day(request: HttpRequest, said: DayInput, store_id: Id | None = None) -> HttpResponse:
    """Freshness and stock are told for this day while no slot is held; once it has passed, `day_passed` says so."""
    view = ordering.want_day(owner=owner(request), day=said.day, store_id=store_id, now=clock.now())
    return answered(request, view)


@router.put("/cart/items/{sku}/substitution", response=Cart, summary="If this product runs out")
def choose_for_line(
    request: HttpRequest, sku: Code, said: LineChoiceInput, store_id: Id | None = None
) -> HttpResponse:
    """422 `not_a_substitute` for what loses a dietary property or adds an allergen."""
    view = ordering.choose_line_substitution(
        owner=owner(request),
        sku=sku,
        choice=said.choice,
        substitute_sku=said.substitute_sku or "",
        store_id=store_id,
        now=clock.now(),
    )
    return answered(request, view)


@router.get("/cart/items/{sku}/alternatives", response=Candidates, summary="What may be named for a product")
def alternatives(request: HttpRequest, sku: Code, store_id: Id | None = None) -> HttpResponse:
    """At most six that keep what the product promises and are there for the day in question."""
    found = ordering.alternatives(owner=owner(request), sku=sku, store_id=store_id, now=clock.now())
    return wire.response({"candidates": [candidate(one, asker(request).language) for one in found]})


@router.put("/cart/items/{sku}/note", response=Cart, summary="A note for the picker")
def write_note(request: HttpRequest, sku: Code, said: NoteInput, store_id: Id | None = None) -> HttpResponse:
    """One line of at most 200 characters; 404 for what is not in the cart."""
    view = ordering.write_line_note(owner=owner(request), sku=sku, note=said.note, store_id=store_id, now=clock.now())
    return answered(request, view)
