"""Who hears what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from grocery.kernel.events import Event


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One handler of one kind of fact.

    `batch` 1: called with one event, in a transaction of its own. More: called with a tuple of up to that many,
    one transaction for all. `outside`: called without a transaction because it talks to the outside world;
    then it may be called again for the same event and must be idempotent by `event_id`.
    """

    name: str
    event: type[Event]
    handler: Callable[[Any], None]
    batch: int
    outside: bool


class Registry:
    """All subscribers by name and by the fact that they hear."""

    def __init__(self) -> None:
        self.by_name: dict[str, Subscriber] = {}
        self.by_event: dict[str, list[Subscriber]] = {}

    def add(self, subscriber: Subscriber) -> None:
        if subscriber.name in self.by_name:
            raise ValueError(f"two subscribers are called {subscriber.name}")
        self.by_name[subscriber.name] = subscriber
        self.by_event.setdefault(subscriber.event.name, []).append(subscriber)


registry = Registry()


def on[H: Callable[[Any], None]](event: type[Event], *, batch: int = 1, outside: bool = False) -> Callable[[H], H]:
    """Subscribe the decorated function, under the name "<domain>.<function>"."""

    def subscribe(handler: H) -> H:
        domain = handler.__module__.split(".")[-2]
        registry.add(Subscriber(f"{domain}.{handler.__name__}", event, handler, batch, outside))
        return handler

    return subscribe
