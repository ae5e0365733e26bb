"""What may stand in for what, and for how much. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from grocery.kernel.money import Money, dong
from grocery.kernel.quantity import Quantity


class Promising(Protocol):
    """Anything that promises to people who avoid something; a product of the catalogue does."""

    @property
    def dietary(self) -> tuple[str, ...]: ...

    @property
    def allergens(self) -> tuple[str, ...] | None: ...


def may_stand_in(substitute: Promising, original: Promising) -> bool:
    """Whether every dietary property is kept and no allergen is added.

    Allergens that nobody has declared may be any of them: what is not declared stands in for nothing, and for an
    original that is not declared only what is declared to contain none.
    """
    keeps = set(original.dietary) <= set(substitute.dietary)
    return keeps and substitute.allergens is not None and set(substitute.allergens) <= set(original.allergens or ())


def substitutes[P: Promising](original: Promising, candidates: Iterable[P]) -> list[P]:
    """Those of the candidates that may stand in, in the order they came."""
    return [candidate for candidate in candidates if may_stand_in(candidate, original)]


def agreed_price(freed: Money, quantity: Quantity) -> Money:
    """What one unit of so much was to cost, rounded down: whatever is charged by it stays within `freed`."""
    return dong(int(freed.minor // quantity))


def lower_of_two(agreed: Money, substitute: Money) -> Money:
    """What a unit of a substitute costs: never more than was agreed on for the original, never more than it costs."""
    return min(agreed, substitute)


def up_to_steps(quantity: Quantity, step: Quantity) -> Quantity:
    """What has to go so that what is left is whole steps: rounded up."""
    rest = quantity % step
    return Quantity(quantity + step - rest) if rest else quantity


def in_steps(quantity: Quantity, step: Quantity) -> Quantity:
    """As much of `quantity` as can be sold in steps of `step`: rounded down, never more than ran out."""
    return Quantity(quantity - quantity % step)
