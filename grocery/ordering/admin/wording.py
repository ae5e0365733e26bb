"""How task pages say quantities and days."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from grocery.kernel.money import NO_BREAK_SPACE
from grocery.kernel.quantity import Quantity, plain
from grocery.kernel.reader import language
from grocery.ordering import public as ordering

_THOUSAND: Final = 1000
#: What scales and jugs show of a unit.
_SMALL: Final = {"kg": "g", "l": "ml"}


#: How goods are kept, as people say it.
KEPT: Final = {
    ordering.Cold.AMBIENT: pgettext_lazy("temperature", "dry"),
    ordering.Cold.CHILLED: pgettext_lazy("temperature", "chilled"),
    ordering.Cold.FROZEN: pgettext_lazy("temperature", "frozen"),
}


def amount(quantity: Decimal, unit: str = "piece") -> str:
    """`450 g`, `2,5 kg`, `12`: a comma in Vietnamese, pieces without a word."""
    if unit in _SMALL and quantity < 1:
        return f"{grams(quantity)}{NO_BREAK_SPACE}{_SMALL[unit]}"
    digits = plain(quantity).replace(".", ",") if language() == "vi" else plain(quantity)
    return digits if unit == "piece" else f"{digits}{NO_BREAK_SPACE}{unit}"


def about(quantity: Decimal, unit: str, piece_weight: Quantity | None = None) -> str:
    """`about 450 g`, `2 pieces, about 700 g`: what is weighed is never exact."""
    text = _("about %(amount)s") % {"amount": amount(quantity, unit)}
    pieces = ordering.pieces_of(quantity, piece_weight)
    if pieces is None:
        return text
    return ngettext("%(n)s piece, %(about)s", "%(n)s pieces, %(about)s", pieces) % {"n": pieces, "about": text}


def grams(quantity: Decimal) -> int:
    """Of kg in grams, of litres in millilitres."""
    return int(quantity * _THOUSAND)


def small_unit(unit: str) -> str:
    return _SMALL.get(unit, "")


def day(value: date | None) -> str:
    """`24/11`, the same in both languages."""
    return f"{value:%d/%m}" if value else ""
