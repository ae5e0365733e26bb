"""Texts that people typed, as they are kept."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: What no name or description holds.
CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def tidy(text: str) -> str:
    """NFC, blanks folded to one, none at the ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())
