"""What customers say beforehand about what may run out."""

from __future__ import annotations

from enum import StrEnum


class SubstitutionChoice(StrEnum):
    """What the customer wants when something runs out: the best match at once, to be asked, or nothing instead."""

    SIMILAR = "similar"
    ASK = "ask"
    NONE = "none"
