"""Where goods stand in a store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from grocery.inventory.contracts.changes import RefusedLine

#: The highest number in a walking order.
FARTHEST: Final = 32_000


class Zone(StrEnum):
    """How a place is kept; said from warm to cold."""

    AMBIENT = "ambient"
    CHILLED = "chilled"  # about 4 °C
    FROZEN = "frozen"  # −18 °C


@dataclass(frozen=True, slots=True)
class Place:
    """Where a SKU stands in a store. `order`: of two places the lower one is walked past first.

    Places with the same order are walked by aisle and shelf. `said`: somebody has said so; otherwise zone and order
    are those of the SKU's department, and aisle and shelf are empty.
    """

    sku: str
    zone: Zone
    aisle: str = ""
    shelf: str = ""
    order: int = 0
    said: bool = True


@dataclass(frozen=True, slots=True)
class NewPlace:
    """Where a SKU is to stand. `zone`, `order` None: as its department's."""

    sku: str
    zone: Zone | None = None
    aisle: str = ""
    shelf: str = ""
    order: int | None = None


@dataclass(frozen=True, slots=True)
class PlacesDone:
    """SKUs whose place is another one now, and lines that were left out, numbered from 1."""

    changed: tuple[str, ...]
    refused: tuple[RefusedLine, ...]


@dataclass(frozen=True, slots=True)
class PlacesProgress:
    """How far an import of places is. `reasons`: how many lines were rejected, why.

    `differences`: of a dry run, the first few SKUs with the place they have and the one they would get.
    """

    lines: int = 0
    changed: int = 0
    rejected: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    differences: tuple[tuple[Place, Place], ...] = ()
