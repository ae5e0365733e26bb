"""Ways from the staff's first page to tasks: each domain names its own, the page that lists them asks here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Tile:
    """A way from the first page to a task. `count`: how much waits there for the worker, a word or a number.

    `roles`: who may go there; None: whoever sees the page. Tiles stand in the order of their `rank`: what comes in
    first, what is only looked at last.
    """

    url: str
    title: Any
    icon: str
    about: Any
    count: Callable[[Any], object] | None = None
    roles: frozenset[str] | None = None
    rank: int = 50
    #: What the address ends in, as `?needs=ending`.
    query: str = ""


_tiles: list[Tile] = []


def tile(tile: Tile) -> None:
    """Show this way on the first page."""
    _tiles.append(tile)
    _tiles.sort(key=lambda shown: shown.rank)


def ways_of(roles: frozenset[str]) -> list[Tile]:
    """The ways that name one of these roles."""
    return [shown for shown in _tiles if shown.roles is not None and not roles.isdisjoint(shown.roles)]


def tiles_for(roles: frozenset[str]) -> list[Tile]:
    """The ways that people with these roles may go."""
    return [shown for shown in _tiles if shown.roles is None or not roles.isdisjoint(shown.roles)]
