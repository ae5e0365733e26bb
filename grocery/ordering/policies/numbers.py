"""The numbers that people read out. Pure."""

from __future__ import annotations


def epoch_letter(restore_epoch: int) -> str:
    """The letter of order numbers: G, then H after a restored backup, so that no number is given twice."""
    return chr(ord("A") + (ord("G") - ord("A") + restore_epoch) % 26)
