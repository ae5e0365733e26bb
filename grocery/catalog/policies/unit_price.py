"""The price per kilogram, litre or piece that lets packs be compared."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from grocery.catalog.contracts import NetUnit, Unit
from grocery.kernel.money import Money

_PER: Final = {NetUnit.G: (Unit.KG, 1000), NetUnit.ML: (Unit.L, 1000), NetUnit.PIECE: (Unit.PIECE, 1)}
_BY_MEASURE: Final = frozenset({Unit.KG, Unit.L})


def unit_price(
    *, price: Money, unit: Unit, net_content: Decimal | None, net_unit: NetUnit | None
) -> tuple[Money, Unit] | None:
    """What one kilogram, litre or piece comes to, and which; None where one price says it all.

    Goods sold by weight or volume are priced so already. A pack is divided out and rounded half up:
    to 100 ₫ from 1.000 ₫ on, below that to the đồng.
    """
    if unit in _BY_MEASURE:
        return price, unit
    if net_content is None or net_unit is None or (net_unit is NetUnit.PIECE and net_content == 1):
        return None
    per, size = _PER[net_unit]
    return Money(_readable(price.minor * size, net_content), price.currency), per


def _readable(amount: int, parts: Decimal) -> int:
    numerator, denominator = parts.as_integer_ratio()
    exact, divisor = amount * denominator, numerator
    grain = 100 if exact >= 1000 * divisor else 1
    return (2 * exact + divisor * grain) // (2 * divisor * grain) * grain
