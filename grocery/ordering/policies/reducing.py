"""What may be called off of a line. Pure."""

from __future__ import annotations

from grocery.kernel.errors import Invalid
from grocery.kernel.quantity import Quantity
from grocery.ordering.contracts import MoreThanOrdered, QuantityNotInSteps


def check_reduction(sku: str, ordered: Quantity, less: Quantity, *, step: Quantity | None) -> None:
    """Raise unless `less` may be taken off `ordered`: more than nothing, no more than all, leaving whole steps."""
    if less <= 0:
        raise Invalid("lines", "Say how much to cancel.", "Hãy cho biết hủy bao nhiêu.")
    if less > ordered:
        raise MoreThanOrdered(sku, ordered)
    if step and (ordered - less) % step:
        raise QuantityNotInSteps(sku, step)
