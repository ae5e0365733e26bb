"""What people type into forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grocery.kernel.errors import Invalid
from grocery.kernel.money import Money, dong
from grocery.kernel.quantity import Quantity, quantity


def quantity_typed(text: str, *, field: str) -> Quantity:
    """How much it says: an empty field is nothing, a comma is a point. Raises Invalid for less, and for no number."""
    try:
        amount = quantity((text.strip() or "0").replace(",", "."))
    except (ValueError, ArithmeticError) as error:
        raise not_a_quantity(field) from error
    if amount < 0:
        raise not_a_quantity(field)
    return amount


def total_shown(form: Mapping[str, Any]) -> Money | None:
    """The total that stood on the page (`expected_total`, hidden); None where it says none."""
    text = str(form.get("expected_total", ""))
    return dong(int(text)) if text.isascii() and text.isdigit() and len(text) < 15 else None


def not_a_quantity(field: str) -> Invalid:
    return Invalid(field, "That is not a quantity.", "Đây không phải là số lượng.")
