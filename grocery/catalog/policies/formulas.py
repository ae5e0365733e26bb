"""Cells that a spreadsheet would take for formulas are marked so that it does not; reading takes the mark off."""

from __future__ import annotations

from typing import Final

#: What spreadsheets take for the beginning of a formula (OWASP, CSV injection).
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_MARK: Final = "'"


def guarded(cell: str) -> str:
    """The cell as a spreadsheet may have it: `'=1+1`. What has the mark already gets another."""
    return f"{_MARK}{cell}" if _is_suspicious(cell) else cell


def unguarded(cell: str) -> str:
    """What `guarded` made it of."""
    return cell[1:] if cell.startswith(_MARK) and _is_suspicious(cell) else cell


def _is_suspicious(cell: str) -> bool:
    return cell.lstrip(_MARK).startswith(_FORMULA)
