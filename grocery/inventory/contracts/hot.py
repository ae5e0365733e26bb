"""Goods that everybody wants at once."""

from __future__ import annotations

from enum import StrEnum


class HotRule(StrEnum):
    """Whether an item's free goods are dealt into buckets, so that many buyers do not wait for one row."""

    AUTO = "auto"  # while many buy of it
    ON = "on"
    OFF = "off"
