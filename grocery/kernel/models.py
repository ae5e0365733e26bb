"""The outbox: what happened, and who has yet to hear of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class OutboxEvent(models.Model):
    """A fact. Written once in the transaction that made it true, never updated."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=120)
    stream = models.CharField(max_length=200)
    payload = models.JSONField()
    trace = models.CharField(max_length=64, blank=True, default="")
    published_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        indexes = [models.Index(fields=["stream", "published_at"]), models.Index(fields=["name", "published_at"])]

    def __str__(self) -> str:
        return f"{self.name} {self.stream}"


class InboxEntry(models.Model):
    """One fact owed to one subscriber. Owed while `handled_at` is null; dead once its attempts are used up."""

    id = models.BigAutoField(primary_key=True)
    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="entries")
    subscriber = models.CharField(max_length=120)
    stream = models.CharField(max_length=200)
    due_at = models.DateTimeField(db_default=models.functions.Now())
    attempts = models.PositiveSmallIntegerField(db_default=0)
    handled_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, db_default="")

    class Meta:
        verbose_name_plural = "inbox entries"
        constraints = [models.UniqueConstraint(fields=["event", "subscriber"], name="once_per_subscriber")]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(handled_at=None), name="inbox_owed_due"),
            models.Index(fields=["subscriber", "stream", "id"], condition=Q(handled_at=None), name="inbox_owed_stream"),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber} ← {self.event_id}"
