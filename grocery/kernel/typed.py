"""What people type into forms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from grocery.kernel.errors import Invalid
from grocery.kernel.money import Money, dong
from grocery.kernel.quantity import Quantity, quantity

_BETWEEN_THOUSANDS: Final = re.compile(r"(?<=\d)[., \u00a0](?=\d{3}(?!\d))")


def quantity_typed(text: str, *, field: str) -> Quantity:
    """How much it says: an empty field is nothing, a comma is a point. Raises Invalid for less, and for no number."""
    try:
        amount = quantity((text.strip() or "0").replace(",", "."))
    except (ValueError, ArithmeticError) as error:
        raise not_a_quantity(field) from error
    if amount < 0:
        raise not_a_quantity(field)
    return amount


def thousandths_typed(text: str, *, field: str) -> Quantity:
    """So many grams or millilitres, in kilograms or litres: `1200`, `1.200`, `1,200` and `1 200` are 1.2.

    They are whole ones, so that a sign between them can only stand between thousands. Raises Invalid for all else.
    """
    digits = _BETWEEN_THOUSANDS.sub("", text.strip())
    if not digits.isascii() or not digits.isdigit():
        raise Invalid(field, "Whole grams or millilitres, please.", "Hãy nhập số gam hoặc mi-li-lít chẵn.")
    return quantity_typed(f"{digits}e-3", field=field)


def total_shown(form: Mapping[str, Any]) -> Money | None:
    """The total that stood on the page (`expected_total`, hidden); None where it says none."""
    text = str(form.get("expected_total", ""))
    return dong(int(text)) if text.isascii() and text.isdigit() and len(text) < 15 else None


def not_a_quantity(field: str) -> Invalid:
    return Invalid(field, "That is not a quantity.", "Đây không phải là số lượng.")
