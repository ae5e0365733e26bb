"""Returns over HTTP: a customer asks for one, sees where it is, and may keep it after all."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from grocery.kernel import clock, wire
from grocery.kernel.errors import NotFound
from grocery.kernel.http import asker
from grocery.kernel.idempotency import HEADER, idempotent
from grocery.kernel.inputs import Code, Id, Input, LongText, PositiveQuantity
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import Quantity
from grocery.ordering import public as ordering
from grocery.ordering.api.examples import VAT
from grocery.ordering.api.orders import SUPPORTERS
from grocery.ordering.api.schemas import VatPart, example

router = Router()
_LINE = {
    "sku": "milk-950",
    "name": "Fresh milk 950 ml",
    "unit": "piece",
    "quantity": 1,
    "reason": "damaged",
    "note": "the lid leaks",
    "amount": 38_500,
    "accepted": None,
    "answer": "",
}
_RETURN = {
    "id": "019aa3f2-5f00-7000-8000-0000000000b1",
    "kind": "after",
    "state": "requested",
    "asked_at": "2026-11-20T05:00:00Z",
    "decided_at": None,
    "amount": 0,
    "fee_back": 0,
    "lines": [_LINE],
}


class UnwantedInput(Input):
    """So much of a line; `note` is needed for `other`."""

    sku: Code
    quantity: PositiveQuantity
    reason: ordering.ReturnReason
    note: LongText = ""
    model_config = example({"sku": "milk-950", "quantity": 1, "reason": "damaged", "note": "the lid leaks"})


class ReturnInput(Input):
    """What is given back, each line once."""

    lines: Annotated[list[UnwantedInput], Field(min_length=1, max_length=200)]
    model_config = example({"lines": [{"sku": "milk-950", "quantity": 1, "reason": "damaged"}]})


class ReturnLine(Schema):
    """`amount`: its share of what was charged. `accepted` null: not decided yet; `answer`: what the store says."""

    sku: str
    name: str
    unit: str
    quantity: Decimal
    reason: ordering.ReturnReason
    note: str
    amount: int
    accepted: bool | None
    answer: str
    model_config = example(_LINE)


class Return(Schema):
    """`amount` goes back, `fee_back` of the delivery fee in it; the order's payment says where the money is."""

    id: UUID
    kind: ordering.ReturnKind
    state: ordering.ReturnState
    asked_at: datetime
    decided_at: datetime | None
    amount: int
    fee_back: int
    lines: list[ReturnLine]
    model_config = example(_RETURN)


class Returnable(Schema):
    """So much of a line may still be given back, until then; `amount` is what that comes to."""

    sku: str
    name: str
    unit: str
    left: Decimal
    amount: int
    until: datetime | None
    model_config = example(
        {
            "sku": "milk-950",
            "name": "Fresh milk 950 ml",
            "unit": "piece",
            "left": 2,
            "amount": 77_000,
            "until": "2026-11-27T05:00:00Z",
        }
    )


class Returns(Schema):
    """What comes and came back of an order, oldest first, and what still may; `vat` is what stays of the order's."""

    returns: list[Return]
    returnable: list[Returnable]
    vat: list[VatPart]
    model_config = example({"returns": [_RETURN], "returnable": [], "vat": [VAT]})


@router.get("/orders/{order_id}/returns", response=Returns, summary="What was given back of an order")
def returns(request: HttpRequest, order_id: Id) -> HttpResponse:
    """Refused at the door, returned, or not delivered; and what may still be returned, until when."""
    me = asker(request)
    me.signed_in()
    left = ordering.returnable(order_id=order_id, by=me, now=clock.now())
    found = ordering.returns_of(order_id=order_id)
    return wire.response(
        {
            "returns": [_return(one, me.language) for one in found],
            "returnable": [_returnable(one, me.language) for one in left if one.left and one.until],
            "vat": ordering.vat_left(order=ordering.order(order_id=order_id), returns=found),
        }
    )


@router.post("/orders/{order_id}/returns", response={201: Return}, summary="Ask to return goods")
@idempotent(required=True)
def ask_return(request: HttpRequest, order_id: Id, wanted: ReturnInput) -> HttpResponse:
    """After delivery, within the time for how the goods are kept. The store decides each line.

    409: `return_open` while an earlier one is looked at, `return_too_late`, `more_than_delivered` with what is
    `left`, and before delivery.
    """
    me = _asker(request)
    made = ordering.ask_return(
        order_id=order_id,
        unwanted=[
            ordering.UnwantedLine(line.sku, Quantity(line.quantity), line.reason, line.note) for line in wanted.lines
        ],
        by=me,
        now=clock.now(),
        key=request.headers[HEADER],
    )
    return wire.response(_return(_found(order_id, made), me.language), status=201)


@router.post("/orders/{order_id}/returns/{return_id}/withdraw", response=Return, summary="Keep it after all")
@idempotent()
def withdraw_return(request: HttpRequest, order_id: Id, return_id: Id) -> HttpResponse:
    """Until the store has decided; 409 `return_state` afterwards."""
    me = _asker(request)
    found = _found(order_id, return_id)
    ordering.withdraw_return(return_id=found.id, by=me, now=clock.now())
    return wire.response(_return(_found(order_id, return_id), me.language))


def _asker(request: HttpRequest) -> Principal:
    """A customer, or of the staff those who speak for customers."""
    me = asker(request)
    me.signed_in()
    if me.kind == "staff":
        me.require(*SUPPORTERS)
    return me


def _found(order_id: UUID, return_id: UUID) -> ordering.ReturnView:
    for one in ordering.returns_of(order_id=order_id):
        if one.id == return_id:
            return one
    raise NotFound("return", return_id)


def _return(one: ordering.ReturnView, language: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "state": one.state,
        "asked_at": one.asked_at,
        "decided_at": one.decided_at,
        "amount": one.amount,
        "fee_back": one.fee_back,
        "lines": [
            {
                "sku": line.sku,
                "name": line.name(language),
                "unit": line.unit,
                "quantity": line.quantity,
                "reason": line.reason,
                "note": line.note,
                "amount": line.amount,
                "accepted": line.accepted,
                "answer": line.answer,
            }
            for line in one.lines
        ],
    }


def _returnable(one: ordering.Returnable, language: str) -> dict[str, Any]:
    return {
        "sku": one.sku,
        "name": one.name(language),
        "unit": one.unit,
        "left": one.left,
        "amount": one.amount,
        "until": one.until,
    }
