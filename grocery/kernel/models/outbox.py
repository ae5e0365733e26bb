"""The outbox: what happened, and who has yet to hear of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import models
from django.db.models import Count, Exists, F, Min, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

#: After so many tries, about four hours, nobody tries again by itself.
MAX_ATTEMPTS: Final = 12


class OutboxEvents(models.QuerySet["OutboxEvent"]):
    """Facts, in the order in which they were told."""

    def in_order(self) -> OutboxEvents:
        """As they were told. Ids of one process ascend, which settles what one statement wrote."""
        return self.order_by("published_at", "id")

    def told(
        self,
        *,
        name: str,
        since: datetime | None = None,
        stream: str | None = None,
        event_id: UUID | None = None,
    ) -> OutboxEvents:
        """The facts of this name, narrowed by what is given."""
        wanted = {"published_at__gte": since, "stream": stream, "id": event_id}
        return self.filter(name=name, **{key: value for key, value in wanted.items() if value is not None})

    def not_owed_to(self, subscriber: str) -> OutboxEvents:
        """Of which this subscriber has never been owed a delivery."""
        return self.filter(~Exists(InboxEntry.objects.filter(event=OuterRef("pk"), subscriber=subscriber)))

    def done_before(self, moment: datetime) -> OutboxEvents:
        """Told before `moment` and owed to nobody any more."""
        owed = InboxEntry.objects.filter(event=OuterRef("pk"), handled_at=None)
        return self.filter(~Exists(owed), published_at__lt=moment)


class OutboxEvent(models.Model):
    """A fact. Written once in the transaction that made it true, never updated."""

    id = models.UUIDField(_("id"), primary_key=True)
    name = models.CharField(_("name"), max_length=120)
    stream = models.CharField(_("stream"), max_length=200)
    payload = models.JSONField(_("payload"))
    trace = models.CharField(_("trace"), max_length=64, blank=True, default="")
    published_at = models.DateTimeField(_("published at"), db_default=Now())

    objects = OutboxEvents.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(fields=["stream", "published_at"], name="outbox_stream"),
            models.Index(fields=["name", "published_at"], name="outbox_name"),
            models.Index(fields=["published_at", "id"], name="outbox_time"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.stream}"


@dataclass(frozen=True, slots=True)
class Lag:
    """How far a subscriber is behind: facts owed, how many of them are dead, how old the oldest is."""

    subscriber: str
    owed: int
    dead: int
    oldest: timedelta


class InboxEntries(models.QuerySet["InboxEntry"]):
    """What is owed to whom."""

    def owed(self) -> InboxEntries:
        """Not handled yet; the dead ones too."""
        return self.filter(handled_at=None)

    def dead(self) -> InboxEntries:
        """Tried as often as may be, and not at this moment: someone has to decide."""
        return self.owed().filter(attempts__gte=MAX_ATTEMPTS, due_at__lte=Now())

    def handled(self) -> InboxEntries:
        """Heard, or skipped."""
        return self.exclude(handled_at=None)

    def of(self, subscriber: str) -> InboxEntries:
        return self.filter(subscriber=subscriber)

    def with_events(self) -> InboxEntries:
        return self.select_related("event")

    def of_stream(self, stream: str) -> InboxEntries:
        return self.filter(stream=stream)

    def of_events(self, events: OutboxEvents) -> InboxEntries:
        return self.filter(event__in=events)

    def among(self, ids: Collection[int]) -> InboxEntries:
        return self.filter(id__in=ids)

    def revive(self) -> int:
        """Owed from now on as if never tried. How many."""
        return self.owed().update(attempts=0, due_at=Now(), skipped=False)

    def owe_again(self) -> int:
        """Deliver once more what has been handled already. How many."""
        return self.handled().update(handled_at=None, attempts=0, due_at=Now(), skipped=False, error="")

    def skip(self) -> int:
        """Owed no more, though never handled; the last error stays to be read. How many."""
        return self.owed().update(handled_at=Now(), skipped=True)

    def lag(self) -> list[Lag]:
        """Each subscriber that is owed something, by name."""
        dead = Q(attempts__gte=MAX_ATTEMPTS, due_at__lte=Now())
        rows = (
            self.owed()
            .values("subscriber")
            .annotate(owed=Count("id"), dead=Count("id", filter=dead), oldest=Now() - Min("owed_since"))
            .order_by("subscriber")
        )
        return [Lag(**row) for row in rows]

    def subscribers_owed(self) -> set[str]:
        """Names in entries that are not handled."""
        return set(self.owed().values_list("subscriber", flat=True).distinct())


class InboxEntry(models.Model):
    """One fact owed to one subscriber. Owed while `handled_at` is null; dead once its attempts are used up.

    `due_at` is when it may be tried (next): a claim pushes it past a lease, a failure past a pause. `attempts` counts
    the claims and fences them: whoever marks the entry handled must name the attempt that he was given.
    """

    id = models.BigAutoField(primary_key=True)
    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="entries", verbose_name=_("event"))
    subscriber = models.CharField(_("subscriber"), max_length=120)
    stream = models.CharField(_("stream"), max_length=200)
    owed_since = models.DateTimeField(_("owed since"), db_default=Now())
    due_at = models.DateTimeField(_("due at"), db_default=Now())
    attempts = models.PositiveSmallIntegerField(_("attempts"), db_default=0)
    handled_at = models.DateTimeField(_("handled at"), null=True)
    skipped = models.BooleanField(_("skipped"), db_default=False)
    error = models.TextField(_("last error"), blank=True, db_default="")

    objects = InboxEntries.as_manager()

    class Meta:
        verbose_name = _("delivery of an event")
        verbose_name_plural = _("deliveries of events")
        permissions = [("decide_inboxentry", _("Can retry and skip deliveries"))]
        constraints = [
            models.UniqueConstraint(fields=["event", "subscriber"], name="once_per_subscriber"),
            models.CheckConstraint(
                condition=Q(skipped=False) | ~Q(handled_at=None), name="skipped_entries_are_handled"
            ),
        ]
        indexes = [
            # The only index over what is owed, and over `id + 0`, so that the planner has no choice: see
            # outbox/claims.py. With neither `due_at` nor `attempts` in any index, claiming is a HOT update.
            models.Index("subscriber", F("id") + 0, condition=Q(handled_at=None), name="inbox_owed_order"),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber} ← {self.event_id}"
