"""Figures that are read from the database when somebody asks, so they are the same from whichever process."""

from __future__ import annotations

from typing import Final

from prometheus_client import REGISTRY
from prometheus_client.registry import Collector, CollectorRegistry

_COLLECTORS: Final[list[Collector]] = []


def show(collector: Collector) -> None:
    """Show this wherever figures are shown. Its `describe` says nothing, so that this asks the database nothing."""
    _COLLECTORS.append(collector)
    REGISTRY.register(collector)


def register_all(registry: CollectorRegistry) -> None:
    """Show all of them in a registry that is not this process' own."""
    for collector in _COLLECTORS:
        registry.register(collector)
