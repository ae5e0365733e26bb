"""What runs out, over HTTP: what is proposed, what was put in, what customers are asked and answer."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import ConfigDict

from grocery.kernel import clock, wire
from grocery.kernel.http import asker
from grocery.kernel.idempotency import HEADER, idempotent
from grocery.kernel.inputs import Code, Id, Input, PositiveQuantity
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import Quantity
from grocery.ordering import public as ordering
from grocery.ordering.api.orders import PICKERS

router = Router()

_SUBSTITUTED: Final[dict[str, Any]] = {
    "sku": "milk-950",
    "name": "Sữa tươi không đường 950 ml",
    "unit": "piece",
    "piece_weight": None,
    "quantity": 1,
    "price": 38500,
    "image": "milk.webp",
    "tint": "sky",
}
_SUBSTITUTION: Final[dict[str, Any]] = {
    "id": "01990000-0000-7000-8000-0000000000f1",
    "original": _SUBSTITUTED,
    "substitute": {**_SUBSTITUTED, "sku": "milk-1000", "name": "Sữa tươi không đường 1 l"},
    "list_price": 45000,
    "reason": "picking",
    "state": "asked",
    "default": "replace",
    "asked_at": "2026-11-20T05:00:00Z",
    "answer_by": "2026-11-20T05:10:00Z",
    "answered_at": None,
    "answered_by": "",
}
_CANDIDATE: Final[dict[str, Any]] = {**_SUBSTITUTED, "list_price": 45000, "chosen": False}


def _example(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [example]})


# --- in -------------------------------------------------------------------------------------------
class AnswerInput(Input):
    """Yes to what is proposed, yes to another candidate (`with_sku`), or no: it is left out and not paid for."""

    accept: bool
    with_sku: Code | None = None
    model_config = _example({"accept": True, "with_sku": None})


class SubstituteInput(Input):
    """So much of the line is missing, and this is there instead."""

    with_sku: Code
    quantity: PositiveQuantity
    model_config = _example({"with_sku": "milk-1000", "quantity": 1})


class LeaveOutInput(Input):
    """So much of the line does not come."""

    quantity: PositiveQuantity
    model_config = _example({"quantity": 1})


# --- out ------------------------------------------------------------------------------------------
class Substituted(Schema):
    """`price`: per unit, as the customer pays."""

    sku: str
    name: str
    unit: str
    piece_weight: Decimal | None
    quantity: Decimal
    price: int
    image: str
    tint: str
    model_config = _example(_SUBSTITUTED)


class Candidate(Substituted):
    """`list_price` is what it costs anybody; `chosen`: the customer named it for this line."""

    list_price: int
    chosen: bool
    model_config = _example(_CANDIDATE)


class Candidates(Schema):
    candidates: list[Candidate]
    model_config = _example({"candidates": [_CANDIDATE]})


class Substitution(Schema):
    """`answer_by` is null where nobody was asked; `default` is what is done without an answer."""

    id: UUID
    original: Substituted
    substitute: Substituted
    list_price: int
    reason: ordering.SubstitutionReason
    state: ordering.SubstitutionState
    default: ordering.SubstitutionDefault
    asked_at: datetime
    answer_by: datetime | None
    answered_at: datetime | None
    answered_by: str
    model_config = _example(_SUBSTITUTION)


class Substitutions(Schema):
    substitutions: list[Substitution]
    model_config = _example({"substitutions": [_SUBSTITUTION]})


# --- customers ------------------------------------------------------------------------------------
@router.get("/orders/{order_id}/substitutions", response=Substitutions, summary="What ran out of an order")
def substitutions(request: HttpRequest, order_id: Id) -> HttpResponse:
    """All substitutions of an order with what became of each; those in state `asked` wait for an answer."""
    me = asker(request)
    return _all(me, order_id)


@router.post("/orders/{order_id}/lines/{sku}/answer", response=Substitutions, summary="Answer about a substitute")
@idempotent()
def answer(request: HttpRequest, order_id: Id, sku: Code, said: AnswerInput) -> HttpResponse:
    """Answer the question about this line before `answer_by`; the same answer again is harmless.

    409 `nothing_asked`, `answered_already` or `answer_too_late` where there is nothing (any more) to be said.
    """
    me = asker(request)
    ordering.answer_about(
        order_id=order_id,
        sku=sku,
        accept=said.accept,
        with_sku=said.with_sku,
        customer_id=me.signed_in(),
        now=clock.now(),
    )
    return _all(me, order_id)


# --- staff ----------------------------------------------------------------------------------------
@router.get("/orders/{order_id}/lines/{sku}/substitutes", response=Candidates, summary="What may stand in")
def substitutes(
    request: HttpRequest, order_id: Id, sku: Code, quantity: PositiveQuantity | None = None
) -> HttpResponse:
    """Candidates for so much of a line, or all of it: the customer's own first. Pickers and managers."""
    me = _picker(request)
    wanted = Quantity(quantity) if quantity is not None else _ordered(me, order_id, sku)
    found = ordering.propose_substitutes(order_id=order_id, sku=sku, quantity=wanted, by=me, now=clock.now())
    return wire.response({"candidates": [candidate(one, me.language) for one in found]})


@router.post("/orders/{order_id}/lines/{sku}/substitute", response=Substitution, summary="Put something in instead")
@idempotent()
def substitute(request: HttpRequest, order_id: Id, sku: Code, what: SubstituteInput) -> HttpResponse:
    """At once, or by asking the customer first, as they chose for this line. Pickers and managers.

    409 `no_substitute_wanted` where it can only be left out; 422 `not_a_substitute` for what was not proposed.
    """
    me = _picker(request)
    done = ordering.substitute(
        order_id=order_id,
        sku=sku,
        with_sku=what.with_sku,
        quantity=Quantity(what.quantity),
        by=me,
        now=clock.now(),
        key=request.headers.get(HEADER),
    )
    return wire.response(_substitution(done, me.language))


@router.post("/orders/{order_id}/lines/{sku}/leave-out", response={204: None}, summary="Leave something out")
@idempotent()
def leave_out(request: HttpRequest, order_id: Id, sku: Code, what: LeaveOutInput) -> HttpResponse:
    """So much of the line does not come and is not paid for. Pickers and managers."""
    me = _picker(request)
    ordering.leave_out(
        order_id=order_id,
        sku=sku,
        quantity=Quantity(what.quantity),
        by=me,
        now=clock.now(),
        key=request.headers.get(HEADER),
    )
    return HttpResponse(status=204)


def _picker(request: HttpRequest) -> Principal:
    me = asker(request)
    me.require(*PICKERS)
    return me


def _ordered(me: Principal, order_id: UUID, sku: str) -> Quantity:
    """All of the line."""
    lines = ordering.order(order_id=order_id, store_id=me.store_id).lines
    found = next((line.quantity for line in lines if line.sku == sku), None)
    return found or Quantity(Decimal(1))


# --- mapping --------------------------------------------------------------------------------------
def _all(me: Principal, order_id: UUID) -> HttpResponse:
    mine = me.signed_in()
    narrowed = {"store_id": me.store_id} if me.kind == "staff" else {"customer_id": mine}
    ordering.order(order_id=order_id, **narrowed)
    found = ordering.substitutions(order_id=order_id)
    return wire.response({"substitutions": [_substitution(one, me.language) for one in found]})


def _substitution(one: ordering.Substitution, language: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "original": _substituted(one.original, language),
        "substitute": _substituted(one.substitute, language),
        "list_price": one.list_price,
        "reason": one.reason,
        "state": one.state,
        "default": one.default,
        "asked_at": one.asked_at,
        "answer_by": one.answer_by,
        "answered_at": one.answered_at,
        "answered_by": one.answered_by,
    }


def candidate(one: ordering.Candidate, language: str) -> dict[str, Any]:
    return {**_substituted(one, language), "list_price": one.list_price, "chosen": one.chosen}


def _substituted(one: ordering.Substituted | ordering.Candidate, language: str) -> dict[str, Any]:
    return {
        "sku": one.sku,
        "name": one.name(language),
        "unit": one.unit,
        "piece_weight": one.piece_weight,
        "quantity": one.quantity,
        "price": one.price,
        "image": one.image,
        "tint": one.tint,
    }
