"""What amounts come to, and the VAT that is in them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Final

from grocery.kernel.money import Money, dong, spread, total
from grocery.ordering.contracts import VatPart


def vat_parts(amounts: Iterable[tuple[Decimal, Money]]) -> tuple[VatPart, ...]:
    """The VAT contained in amounts of (rate in percent, gross), one part per rate, lowest rate first.

    The exact VAT of everything is rounded once, half up, and spread over the rates by largest remainder, so that
    the parts add up to it to the đồng.
    """
    by_rate: dict[Decimal, list[Money]] = {}
    for rate, amount in amounts:
        by_rate.setdefault(rate, []).append(amount)
    gross = {rate: total(amounts) for rate, amounts in by_rate.items()}
    exact = {rate: gross[rate].minor * Fraction(rate) / (100 + Fraction(rate)) for rate in sorted(gross)}
    if not exact:
        return ()
    whole = dong(int(sum(exact.values()) + Fraction(1, 2)))
    common = lcm(*(share.denominator for share in exact.values()))
    shares = spread(whole, [int(share * common) for share in exact.values()])
    return tuple(VatPart(rate, gross[rate], vat) for rate, vat in zip(exact, shares, strict=True))


#: What carries no VAT.
NO_VAT: Final = Decimal(0)
