"""What happened to messages. Streams: "message:<id>"."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from grocery.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class MessageQueued(Event):
    """A message has been written and waits to be sent."""

    message_id: UUID

    @property
    def stream(self) -> str:
        return f"message:{self.message_id}"
