"""Reads the house's own dictionary of search, `dictionary/groceries.txt`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from grocery.catalog.contracts.terms import Terms
from grocery.catalog.policies.term_groups import parsed
from grocery.kernel.errors import Invalid

_GROCERIES: Final = Path(__file__).resolve().parents[1] / "dictionary" / "groceries.txt"


def read_house_terms() -> dict[str, Terms]:
    """The groups by their first term, in the file's order. Raises ValueError, with the line, for what is none."""
    groups: dict[str, Terms] = {}
    for number, written in enumerate(_GROCERIES.read_text(encoding="utf-8").splitlines(), 1):
        line = written.partition("#")[0].strip()
        if line:
            group = _group(line, number)
            if groups.setdefault(group.every()[0], group) is not group:
                raise ValueError(f"Line {number}: a group begins with {group.every()[0]} already.")
    return groups


def _group(line: str, number: int) -> Terms:
    try:
        return parsed(line)
    except (ValueError, Invalid) as error:
        raise ValueError(f"Line {number}: {error}") from error
