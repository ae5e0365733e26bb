"""What the routes for editing an order, and for having it again, take and answer."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field

from grocery.kernel.inputs import Amount, AnyQuantity, Code, Id, Input, LongText
from grocery.ordering import public as ordering
from grocery.ordering.api import examples
from grocery.ordering.api.mapping import adjustments
from grocery.ordering.api.schemas import Adjustment, CancelledInput, Cart, example


class EditedLineInput(Input):
    """Exactly so much of it in the order; 0 takes it out."""

    sku: Code
    quantity: AnyQuantity
    model_config = example({"sku": "milk-950", "quantity": 3})


class EditInput(Input):
    """Lines that are to be others, and another slot, where one is wanted. `expected_total`: what the customer agreed
    to. `note`: why; staff have to say. `preview`: only say what it comes to."""

    lines: Annotated[list[EditedLineInput], Field(max_length=200)] = []
    slot_id: Id | None = None
    expected_total: Amount | None = None
    note: LongText = ""
    preview: bool = False
    model_config = example({"lines": [{"sku": "milk-950", "quantity": 3}], "preview": True})


class LineEffect(Schema):
    """What becomes of one line: so much of it, and what it costs after offers, before and after."""

    sku: str
    name: str
    unit: str
    before: Decimal
    after: Decimal
    amount_before: int
    amount: int
    adjustments: list[Adjustment]
    model_config = example(examples.LINE_EFFECT)


class OfferEffect(Schema):
    """What one offer takes off, delivery included, before and after; 0: it does not count."""

    name: str
    before: int
    after: int
    model_config = example(examples.OFFER_EFFECT)


class Window(Schema):
    slot_id: UUID
    day: date
    starts_at: datetime
    ends_at: datetime
    model_config = example(examples.WINDOW)


class EditSlot(Schema):
    """A slot that the order may go into, with the fee of its goods; `current`: its own."""

    slot_id: UUID
    day: date
    starts_at: datetime
    ends_at: datetime
    cutoff_at: datetime
    state: str
    fee: int
    current: bool
    model_config = example(examples.EDIT_SLOT)


class PreviewCancelInput(Input):
    """So much less of these lines, and why: what the customer wishes is reckoned otherwise than what is missing."""

    motive: ordering.CancelMotive = ordering.CancelMotive.UNSAID
    lines: Annotated[list[CancelledInput], Field(min_length=1, max_length=200)]
    model_config = example({"motive": "mistake", "lines": [{"sku": "milk-950", "quantity": 1}]})


class Edited(Schema):
    """What a change comes to: `lines` and `offers` whose amounts become others, `coupons` that no longer count and
    may be used again, `window` the new slot. `to_pay`: what is still to be authorised before it takes effect, by
    `pay_by`. `fee` is what is paid after offers; goods + fee = total."""

    outcome: ordering.EditOutcome
    total_before: int
    total: int
    ceiling: int
    goods_before: int
    goods: int
    fee_before: int
    fee: int
    lines: list[LineEffect]
    offers: list[OfferEffect]
    coupons: list[str]
    window: Window | None
    to_pay: int
    pay_by: datetime | None
    model_config = example(examples.EDITED)


class ReorderedLine(Schema):
    """`in_cart`: what the cart has of it now; `price`: today's per unit, null for what is not sold."""

    sku: str
    name: str
    unit: str
    wanted: Decimal
    in_cart: Decimal
    price_before: int
    price: int | None
    outcome: ordering.ReorderOutcome
    model_config = example(examples.REORDERED_LINE)


class Reordered(Schema):
    """The cart, and what came of each line of the order."""

    cart: Cart
    lines: list[ReorderedLine]
    model_config = example({"cart": examples.CART, "lines": [examples.REORDERED_LINE]})


def edited_body(seen: ordering.Edited, language: str) -> dict[str, Any]:
    """A change as `Edited` says it."""
    return {
        "outcome": seen.outcome,
        "total_before": seen.total_before,
        "total": seen.total,
        "ceiling": seen.ceiling,
        "goods_before": seen.goods_before,
        "goods": seen.goods,
        "fee_before": seen.fee_before,
        "fee": seen.fee,
        "lines": [
            {
                "sku": line.sku,
                "name": line.name(language),
                "unit": line.unit,
                "before": line.before,
                "after": line.after,
                "amount_before": line.amount_before,
                "amount": line.amount,
                "adjustments": adjustments(line.adjustments, language),
            }
            for line in seen.lines
        ],
        "offers": [{"name": one.name(language), "before": one.before, "after": one.after} for one in seen.offers],
        "coupons": list(seen.coupons),
        "window": asdict(seen.window) if seen.window else None,
        "to_pay": seen.to_pay,
        "pay_by": seen.pay_by,
    }
