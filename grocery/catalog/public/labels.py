"""The part of the face for what labels say."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from grocery.catalog.contracts import Nutrition, Origin, Storage
from grocery.catalog.policies import nutrition as _nutrition

#: What `nutrition_told` takes, by name: grams, `energy_kj`, `energy_kcal`, `sodium_mg`.
NUTRITION_VALUES: Final = _nutrition.VALUES


def nutrition_told(*, per: str, values: Mapping[str, Decimal | None]) -> Nutrition | None:
    """What a label tells of 100 `per` ("g" or "ml"); None where nothing is told.

    Of salt and sodium, and of kJ and kcal, one will do. Raises Invalid, with the field, for what is missing and for
    what cannot be.
    """
    return _nutrition.told(per, values)


__all__ = ["NUTRITION_VALUES", "Nutrition", "Origin", "Storage", "nutrition_told"]
