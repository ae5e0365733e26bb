"""Weights beyond the tolerance over HTTP: what a customer is asked, and their answer."""

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
from grocery.kernel.idempotency import idempotent
from grocery.kernel.inputs import Code, Id, Input
from grocery.kernel.principal import Principal
from grocery.ordering import public as ordering

router = Router()

_QUESTION: Final[dict[str, Any]] = {
    "id": "01990000-0000-7000-8000-0000000000f2",
    "sku": "shrimp",
    "name": "Tôm thẻ tươi",
    "unit": "kg",
    "ordered": 0.45,
    "weighed": 0.3,
    "agreed": 98550,
    "amount": 65700,
    "state": "asked",
    "asked_at": "2026-11-20T05:00:00Z",
    "answer_by": "2026-11-20T05:10:00Z",
    "answered_at": None,
    "answered_by": "",
}


class WeightAnswer(Input):
    """Yes: it is taken as weighed. No: less is left out and not paid for; of more another portion is weighed."""

    accept: bool
    model_config = ConfigDict(json_schema_extra={"examples": [{"accept": True}]})


class WeightQuestion(Schema):
    """`amount`: what the line costs if `weighed` is taken; `agreed`: what it was to cost. Both in đồng."""

    id: UUID
    sku: str
    name: str
    unit: str
    ordered: Decimal
    weighed: Decimal
    agreed: int
    amount: int
    state: ordering.WeightState
    asked_at: datetime
    answer_by: datetime
    answered_at: datetime | None
    answered_by: str
    model_config = ConfigDict(json_schema_extra={"examples": [_QUESTION]})


class WeightQuestions(Schema):
    weights: list[WeightQuestion]
    model_config = ConfigDict(json_schema_extra={"examples": [{"weights": [_QUESTION]}]})


@router.get("/orders/{order_id}/weights", response=WeightQuestions, summary="Weights that were asked about")
def weights(request: HttpRequest, order_id: Id) -> HttpResponse:
    """All questions about weights of an order with what became of each; those in state `asked` wait for an answer."""
    return _all(asker(request), order_id)


@router.post("/orders/{order_id}/lines/{sku}/weight", response=WeightQuestions, summary="Answer about a weight")
@idempotent()
def answer_weight(request: HttpRequest, order_id: Id, sku: Code, said: WeightAnswer) -> HttpResponse:
    """Answer the question about this line before `answer_by`; the same answer again is harmless.

    409 `nothing_asked`, `answered_already` or `answer_too_late` where there is nothing (any more) to be said.
    """
    me = asker(request)
    ordering.answer_weight_of(
        order_id=order_id, sku=sku, accept=said.accept, customer_id=me.signed_in(), now=clock.now()
    )
    return _all(me, order_id)


def _all(me: Principal, order_id: UUID) -> HttpResponse:
    mine = me.signed_in()
    narrowed = {"store_id": me.store_id} if me.kind == "staff" else {"customer_id": mine}
    ordering.order(order_id=order_id, **narrowed)
    found = ordering.weight_questions(order_id=order_id)
    return wire.response({"weights": [_question(one, me.language) for one in found]})


def _question(one: ordering.WeightQuestion, language: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "sku": one.sku,
        "name": one.name(language),
        "unit": one.unit,
        "ordered": one.ordered,
        "weighed": one.weighed,
        "agreed": one.agreed,
        "amount": one.amount,
        "state": one.state,
        "asked_at": one.asked_at,
        "answer_by": one.answer_by,
        "answered_at": one.answered_at,
        "answered_by": one.answered_by,
    }
