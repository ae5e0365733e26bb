"""A shop at play."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SimulationFigures:
    """What has happened so far; `refused`: too little was there, or the goods were promised."""

    seconds: float
    reserved: int
    bought: int
    cancelled: int
    received: int
    wasted: int
    refused: int

    @property
    def done(self) -> int:
        return self.reserved + self.bought + self.cancelled + self.received + self.wasted + self.refused
