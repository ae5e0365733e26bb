"""How a hot item's free goods are dealt into buckets. Pure."""

from __future__ import annotations

from decimal import Decimal

from grocery.kernel.quantity import STEP, ZERO, Quantity

#: So many buyers can take of one lot at the same moment without waiting for each other.
BUCKETS = 64
#: A bucket starts with at least so much, or there are fewer of them: else hardly a basket would find enough in one.
LEAST = 4


def deal(free: Quantity, buckets: int) -> list[Quantity]:
    """Split what is free as evenly as whole pieces (or grams) allow; the last buckets get none where it is little."""
    filled = max(1, min(buckets, int(free / LEAST)))
    step = Decimal(1) if free == free.to_integral_value() else STEP
    share, rest = divmod(free / step, filled)
    shares = [Quantity((share + (1 if number < rest else 0)) * step) for number in range(filled)]
    return shares + [ZERO] * (buckets - filled)
