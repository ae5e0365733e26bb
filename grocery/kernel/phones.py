"""Phone numbers are kept as E.164 writes them, and said as people here dial them."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString


def spoken(number: str) -> str:
    """`0903 123 456`, a landline `028 3800 0000`; a foreign number as it is."""
    if not number.startswith("+84"):
        return number
    digits = "0" + number[3:]
    if digits.startswith("02"):  # a landline: 028 is Hồ Chí Minh City
        return f"{digits[:3]} {digits[3:-4]} {digits[-4:]}"
    return f"{digits[:4]} {digits[4:7]} {digits[7:]}"


def link(number: str) -> SafeString:
    """The number as it is said, to be dialled as it is kept; nothing where there is none."""
    if not number:
        return SafeString("")
    return format_html('<a class="link nowrap" href="tel:{}">{}</a>', number, spoken(number))
