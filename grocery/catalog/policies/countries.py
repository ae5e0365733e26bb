"""Countries by their codes of ISO 3166-1, named as CLDR names them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from babel import Locale

#: Two letters that CLDR names beyond the countries of the standard.
_NO_COUNTRIES: Final = frozenset(
    ["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"]
)


@cache
def names(language: str) -> Mapping[str, str]:
    """Each country's name, by its code."""
    known: Mapping[str, str] = Locale(language).territories
    return {code: known[code] for code in known if len(code) == 2 and code not in _NO_COUNTRIES}
