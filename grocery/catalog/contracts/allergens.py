"""What may make people ill: the fourteen of Annex II of Regulation (EU) No 1169/2011.

Vietnam's food labels name no closed list (Decree 43/2017/NĐ-CP asks for warnings where they apply), so the shop
declares these fourteen for everything it sells.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Allergen(StrEnum):
    """In the order of the annex."""

    GLUTEN = "gluten"
    CRUSTACEANS = "crustaceans"
    EGGS = "eggs"
    FISH = "fish"
    PEANUTS = "peanuts"
    SOY = "soy"
    MILK = "milk"
    NUTS = "nuts"
    CELERY = "celery"
    MUSTARD = "mustard"
    SESAME = "sesame"
    SULPHITES = "sulphites"
    LUPIN = "lupin"
    MOLLUSCS = "molluscs"

    def called(self, language: str) -> str:
        """As a label says it: `cereals containing gluten`, `ngũ cốc có gluten`."""
        en, vi = _NAMES[self]
        return vi if language == "vi" else en


_NAMES: Final[dict[Allergen, tuple[str, str]]] = {
    Allergen.GLUTEN: ("cereals containing gluten", "ngũ cốc có gluten"),
    Allergen.CRUSTACEANS: ("crustaceans", "giáp xác (tôm, cua)"),
    Allergen.EGGS: ("eggs", "trứng"),
    Allergen.FISH: ("fish", "cá"),
    Allergen.PEANUTS: ("peanuts", "đậu phộng"),
    Allergen.SOY: ("soya", "đậu nành"),
    Allergen.MILK: ("milk", "sữa"),
    Allergen.NUTS: ("tree nuts", "các loại hạt cây"),
    Allergen.CELERY: ("celery", "cần tây"),
    Allergen.MUSTARD: ("mustard", "mù tạt"),
    Allergen.SESAME: ("sesame", "mè"),
    Allergen.SULPHITES: ("sulphites", "sulfit"),
    Allergen.LUPIN: ("lupin", "đậu lupin"),
    Allergen.MOLLUSCS: ("molluscs", "thân mềm (mực, nghêu, ốc)"),
}
