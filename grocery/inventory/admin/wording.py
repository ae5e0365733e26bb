"""How task pages say quantities and days."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grocery.catalog import public as catalog
from grocery.kernel.money import NO_BREAK_SPACE
from grocery.kernel.quantity import plain
from grocery.kernel.reader import language


def amount(quantity: Decimal, unit: catalog.Unit = catalog.Unit.PIECE) -> str:
    """`2,5 kg`, `12`: a comma in Vietnamese, pieces without a word."""
    digits = plain(quantity).replace(".", ",") if language() == "vi" else plain(quantity)
    return digits if unit is catalog.Unit.PIECE else f"{digits}{NO_BREAK_SPACE}{unit.value}"


def amount_label(unit: catalog.Unit) -> str:
    """What the field for a quantity is called."""
    return _("quantity") if unit is catalog.Unit.PIECE else _("quantity, %(unit)s") % {"unit": unit.value}


def day(value: date | None) -> str:
    """`24/11/2026`, the same in both languages."""
    return f"{value:%d/%m/%Y}" if value else ""


def keeps(expires_on: date, *, today: date) -> str:
    """How long it keeps, in words."""
    left = (expires_on - today).days
    if left < 0:
        return ngettext("expired %(days)d day ago", "expired %(days)d days ago", -left) % {"days": -left}
    if left == 0:
        return _("expires today")
    return ngettext("%(days)d day left", "%(days)d days left", left) % {"days": left}


def lot(code: str, expires_on: date | None) -> str:
    """A lot in a line: its code and its day."""
    until = _("best before %(day)s") % {"day": day(expires_on)} if expires_on else ""
    return " · ".join(part for part in (code, until) if part) or _("undated")
