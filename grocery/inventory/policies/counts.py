"""When to count again, when somebody else has to approve, what to count at random. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from grocery.inventory.contracts import CountLine, RefusedLine
from grocery.inventory.policies.changes import LotState, Refusal, taken_off

_CORRECTED = Refusal(
    "corrected_since",
    "The lot was counted or corrected since: count it again.",
    "Lô đã được kiểm hoặc điều chỉnh sau đó: hãy đếm lại.",
)
#: Of a sample, so many in ten are from what sells most, from the middle, from the rest.
_SHARES = (5, 3, 2)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How much may be missing or too much. Percentages are of what the books said, the value is in đồng."""

    again_percent: int
    approval_percent: int
    approval_value: int


def again(line: CountLine, tolerance: Tolerance) -> bool:
    """Whether a lot that was counted once should be counted a second time."""
    return line.tries == 1 and abs(line.variance) * 100 > tolerance.again_percent * (line.book or 0)


def needs_approval(lines: Sequence[CountLine], prices: Mapping[str, int], tolerance: Tolerance) -> bool:
    """Whether the whole count differs by more than the one or the other limit. More and less do not cancel out."""
    gap = sum((abs(line.variance) for line in lines), Decimal(0))
    books = sum((line.book or Decimal(0) for line in lines), Decimal(0))
    value = sum((abs(line.variance) * prices.get(line.sku, 0) for line in lines), Decimal(0))
    return gap * 100 > books * tolerance.approval_percent or value > tolerance.approval_value


def book(
    lines: Iterable[tuple[CountLine, LotState, bool]],
) -> list[RefusedLine]:
    """Which differences cannot be booked now, each with its lot and whether that was corrected since, and why."""
    refused: list[RefusedLine] = []
    for number, (line, lot, corrected) in enumerate(lines, start=1):
        try:
            if corrected:
                raise _CORRECTED
            taken_off(lot, -line.variance)
        except Refusal as why:
            refused.append(why.of(number, line.sku))
    return refused


def sample(sold: Mapping[str, Decimal], *, size: int, seed: int) -> list[str]:
    """So many SKUs at random: half of them from the fifth that sells most, a third from the next three tenths."""
    ranked = sorted(sold, key=lambda sku: (-sold[sku], sku))
    a, b = -(-len(ranked) // 5), -(-len(ranked) // 2)
    chance = Random(seed)  # noqa: S311 - chosen to be counted, nothing secret
    chosen: list[str] = []
    for share, group in zip(_SHARES, (ranked[:a], ranked[a:b], ranked[b:]), strict=True):
        chosen += chance.sample(group, min(len(group), -(-size * share // 10)))
    rest = [sku for sku in ranked if sku not in set(chosen)]
    chosen = chosen[:size]
    return sorted(chosen + chance.sample(rest, min(len(rest), size - len(chosen))))
