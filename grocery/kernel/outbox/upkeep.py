"""What operators do with the outbox; the command and the admin both call this."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction

from grocery.kernel.models import InboxEntry, Lag, OutboxEvent
from grocery.kernel.models.outbox import InboxEntries
from grocery.kernel.outbox.publishing import wake_relays
from grocery.kernel.outbox.subscribers import registry

log = structlog.get_logger(__name__)

#: Rows per transaction when deleting: small enough that nobody waits for it.
_PORTION = 5_000


@dataclass(frozen=True, slots=True)
class Replayed:
    """Deliveries owed again, and owed for the first time."""

    again: int
    anew: int


@dataclass(frozen=True, slots=True)
class Which:
    """A choice among what is owed, by all that is given: only dead letters, unless `also_living`."""

    ids: tuple[int, ...] = ()
    subscriber: str = ""
    stream: str = ""
    also_living: bool = False

    def entries(self) -> InboxEntries:
        chosen = InboxEntry.objects.owed() if self.also_living else InboxEntry.objects.dead()
        chosen = chosen.among(self.ids) if self.ids else chosen
        chosen = chosen.of(self.subscriber) if self.subscriber else chosen
        return chosen.of_stream(self.stream) if self.stream else chosen


def lag() -> list[Lag]:
    """How far each subscriber is behind, by name; those that are owed nothing too."""
    behind = {lag.subscriber: lag for lag in InboxEntry.objects.lag()}
    names = sorted({*behind, *registry.by_name})
    return [behind.get(name) or Lag(name, owed=0, dead=0, oldest=timedelta()) for name in names]


def dead(which: Which, *, limit: int) -> tuple[list[InboxEntry], int]:
    """The oldest dead letters with their events, and how many there are in all."""
    letters = which.entries()
    return list(letters.with_events().order_by("id")[:limit]), letters.count()


@transaction.atomic
def retry(which: Which, *, by: str) -> int:
    """Owe these as if they had never been tried; how many."""
    number = which.entries().revive()
    wake_relays()
    log.info("outbox retry", entries=number, by=by)
    return number


@transaction.atomic
def skip(which: Which, *, by: str) -> int:
    """Let go of these though nobody has handled them; their streams go on. How many."""
    number = which.entries().skip()
    wake_relays()
    log.warning("outbox skip", entries=number, by=by)
    return number


@transaction.atomic
def replay(
    *, subscriber: str, since: datetime | None, stream: str | None, event_id: UUID | None, by: str
) -> Replayed:
    """Tell `subscriber` once more what it has heard, and what was told before it existed, oldest first.

    Raises KeyError for a subscriber that does not exist. What it does twice is its own affair: a handler that may be
    replayed is idempotent.
    """
    events = OutboxEvent.objects.told(
        name=registry.by_name[subscriber].event.name, since=since, stream=stream, event_id=event_id
    )
    again = InboxEntry.objects.of(subscriber).of_events(events).owe_again()
    missing = events.not_owed_to(subscriber).in_order()
    anew = InboxEntry.objects.bulk_create(
        InboxEntry(event_id=told.id, subscriber=subscriber, stream=told.stream) for told in missing.iterator()
    )
    wake_relays()
    log.warning("outbox replay", subscriber=subscriber, again=again, anew=len(anew), by=by)
    return Replayed(again=again, anew=len(anew))


def prune(*, before: datetime) -> int:
    """Delete facts told before then that are owed to nobody, and their deliveries; how many facts."""
    deleted = 0
    while ids := list(OutboxEvent.objects.done_before(before).values_list("id", flat=True)[:_PORTION]):
        OutboxEvent.objects.filter(id__in=ids).delete()
        deleted += len(ids)
    log.info("outbox pruned", events=deleted)
    return deleted
