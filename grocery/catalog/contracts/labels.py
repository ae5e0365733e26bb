"""What a label says beside the name: how it is kept, where it is from, what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final, Literal

#: Salt is sodium times 2.5 (Annex I of EU 1169/2011): so many milligrams of sodium are in a gram of salt.
SODIUM_IN_SALT: Final = 400


class Storage(StrEnum):
    """How it is kept until it is eaten, and so how it travels."""

    AMBIENT = "ambient"
    CHILLED = "chilled"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where it was grown or made: a country (ISO 3166-1) and, where it is told, what part of it."""

    country: str
    country_en: str
    country_vi: str
    region_en: str = ""
    region_vi: str = ""

    def name(self, language: str) -> str:
        """`Đà Lạt, Việt Nam`."""
        parts = (self.region_vi, self.country_vi) if language == "vi" else (self.region_en, self.country_en)
        return ", ".join(filter(None, parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Nutrition:
    """What 100 g or 100 ml hold: grams, and energy in kJ and kcal. None: the label does not say.

    In the order of Annex XV of EU 1169/2011; Circular 29/2023/TT-BYT asks for energy, protein, carbohydrate, fat and
    sodium of all, for sugars and saturates of some.
    """

    per: Literal["g", "ml"]
    energy_kj: Decimal
    energy_kcal: Decimal
    fat: Decimal
    saturates: Decimal | None
    carbohydrate: Decimal
    sugars: Decimal | None
    fibre: Decimal | None
    protein: Decimal
    salt: Decimal

    @property
    def sodium_mg(self) -> Decimal:
        return self.salt * SODIUM_IN_SALT
