"""What a label says, in the reader's language: how it is kept, and what 100 g or 100 ml have."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext, pgettext

from grocery.catalog.public import Nutrition, Storage
from grocery.storefront import wording


@dataclass(frozen=True, slots=True)
class Value:
    """A row of the table; `part`: of the row above."""

    name: str
    amount: str
    part: bool = False


def storage(kept: Storage | None) -> str:
    """In words; empty where nobody has said."""
    words = {
        Storage.AMBIENT: gettext("At room temperature"),
        Storage.CHILLED: gettext("In the fridge"),
        Storage.FROZEN: gettext("In the freezer"),
    }
    return words[kept] if kept else ""


def values(told: Nutrition, language: str) -> list[Value]:
    """In the order of Annex XV of EU 1169/2011, and sodium, which Vietnamese labels tell."""
    all_parts = [
        (gettext("Fat"), told.fat, False),
        (gettext("of which saturates"), told.saturates, True),
        (gettext("Carbohydrate"), told.carbohydrate, False),
        (gettext("of which sugars"), told.sugars, True),
        (gettext("Fibre"), told.fibre, False),
        (gettext("Protein"), told.protein, False),
        (gettext("Salt"), told.salt, False),
    ]
    parts = [(name, amount, part) for name, amount, part in all_parts if amount is not None]
    energy = f"{_rounded(told.energy_kj, '1', language)} kJ / {_rounded(told.energy_kcal, '1', language)} kcal"
    sodium = f"{_rounded(told.sodium_mg, '1', language)} mg"
    return [
        Value(pgettext("nutrition", "Energy"), energy),
        *(Value(name, f"{_rounded(amount, '0.01', language)} g", part) for name, amount, part in parts),
        Value(gettext("that is sodium"), sodium, part=True),
    ]


def _rounded(amount: Decimal, grain: str, language: str) -> str:
    return wording.number(amount.quantize(Decimal(grain), ROUND_HALF_UP), language)
