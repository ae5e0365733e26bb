"""What the routes for editing an order, and for having it again, take and answer."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from ninja import Schema
from pydantic import Field

from grocery.kernel.inputs import Amount, AnyQuantity, Code, Input
from grocery.ordering import public as ordering
from grocery.ordering.api import examples
from grocery.ordering.api.schemas import Cart, example


class EditedLineInput(Input):
    """Exactly so much of it in the order; 0 takes it out."""

    sku: Code
    quantity: AnyQuantity
    model_config = example({"sku": "milk-950", "quantity": 3})


class EditInput(Input):
    """Lines that are to be others. `expected_total`: what the customer agreed to. `preview`: only say."""

    lines: Annotated[list[EditedLineInput], Field(min_length=1, max_length=200)]
    expected_total: Amount | None = None
    preview: bool = False
    model_config = example({"lines": [{"sku": "milk-950", "quantity": 3}], "preview": True})


class Edited(Schema):
    """`to_pay`: what is still to be authorised before the change takes effect, by `pay_by`."""

    outcome: ordering.EditOutcome
    total: int
    ceiling: int
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
