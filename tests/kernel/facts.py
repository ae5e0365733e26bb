"""A fact of the tests' own, and a registry to itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from grocery.kernel.events import Event
from grocery.kernel.outbox import publish
from grocery.kernel.outbox.subscribers import Subscriber, registry


@dataclass(frozen=True, kw_only=True)
class Counted(Event):
    number: int
    thing: str = "a"

    @property
    def stream(self) -> str:
        return f"count:{self.thing}"


@contextmanager
def only_these_subscribers() -> Iterator[None]:
    """Forget all subscribers for as long as this lasts."""
    by_name, by_event = dict(registry.by_name), dict(registry.by_event)
    registry.by_name.clear()
    registry.by_event.clear()
    try:
        yield
    finally:
        registry.by_name.clear()
        registry.by_event.clear()
        registry.by_name.update(by_name)
        registry.by_event.update(by_event)


def subscribe(
    handler: Callable[[Any], None], *, name: str = "tests.hear", batch: int = 1, outside: bool = False
) -> None:
    registry.add(Subscriber(name, Counted, handler, batch, outside))


def tell(*numbers: int, thing: str = "a") -> list[Counted]:
    """Publish these numbers in one transaction."""
    facts = [Counted(number=number, thing=thing) for number in numbers]
    with transaction.atomic():
        publish(*facts)
    return facts
