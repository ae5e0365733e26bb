"""Facts: what happened, in the past tense, small, without personal data. Django-free.

A subclass is a frozen dataclass of plain values (str, int, bool, Decimal, UUID, date, datetime, Money, enums,
tuples and other such dataclasses). Changes to it are additive: new fields have defaults.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

from grocery.kernel.ids import new_id


@dataclass(frozen=True, kw_only=True)
class Event:
    """One fact. `event_id` is the idempotency key for whatever it causes outside."""

    #: "ordering.OrderPlaced": the domain and the class, set when the class is made.
    name: ClassVar[str]

    event_id: UUID = field(default_factory=new_id)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.name = f"{_domain(cls.__module__)}.{cls.__name__}"

    @property
    def stream(self) -> str:
        """Facts of one stream reach each subscriber in order: "order:<id>", "stock:<location>/<sku>"."""
        raise NotImplementedError(f"{type(self).__name__} has no stream")


def _domain(module: str) -> str:
    """`grocery.ordering.events` and `grocery.ordering.events.returns` are ordering's."""
    package = module.split(".")
    if "events" in package[1:]:
        return package[package.index("events") - 1]
    return package[-2] if len(package) > 1 else package[0]
