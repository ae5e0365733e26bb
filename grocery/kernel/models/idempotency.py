"""Answers given before, so that a repeated request gets the same one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import models

from grocery.kernel import statements


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer as it was given."""

    status: int
    headers: dict[str, str]
    body: bytes


class IdempotencyKeys(models.QuerySet["IdempotencyKey"]):
    """Claims on keys, and what became of them."""

    def claim(
        self,
        claim: UUID,
        *,
        scope: str,
        key: str,
        fingerprint: str,
        now: datetime,
        lease_until: datetime,
        kept_until: datetime,
    ) -> IdempotencyKey | None:
        """Take the key: None means that it is ours, otherwise the row of whoever has it.

        One statement decides, so that of two simultaneous requests exactly one gets the key. A key can be taken over
        when it is past its time, or when its lease is over without an answer and the request is the same.
        """
        if statements.rows(self.db, _CLAIM, [claim, scope, key, fingerprint, now, lease_until, kept_until, now, now]):
            return None
        # Gone in between means that its first request has just failed: that is "in flight" to this one.
        return self.filter(scope=scope, key=key).first() or IdempotencyKey(fingerprint=fingerprint)

    def remember(self, claim: UUID, answer: Answer) -> None:
        """Keep the answer, unless someone else has taken the key over since."""
        headers = json.dumps(answer.headers)
        statements.rows(self.db, _REMEMBER, [answer.status, headers, answer.body, claim])

    def forget(self, claim: UUID) -> None:
        """Let go of the key as if it had never been used."""
        self.filter(claim=claim).delete()

    def past(self, now: datetime) -> IdempotencyKeys:
        """No longer kept."""
        return self.filter(kept_until__lte=now)


# The ORM has no ON CONFLICT … DO UPDATE … WHERE, and this has to be one statement.
_CLAIM = """
INSERT INTO "kernel_idempotencykey" AS held (claim, scope, key, fingerprint, begun_at, lease_until, kept_until)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (scope, key) DO UPDATE
   SET claim = EXCLUDED.claim, fingerprint = EXCLUDED.fingerprint, begun_at = EXCLUDED.begun_at,
       lease_until = EXCLUDED.lease_until, kept_until = EXCLUDED.kept_until,
       status = NULL, headers = NULL, body = NULL
 WHERE held.kept_until <= %s
    OR (held.status IS NULL AND held.lease_until <= %s AND held.fingerprint = EXCLUDED.fingerprint)
RETURNING claim
"""
_REMEMBER = """
UPDATE "kernel_idempotencykey" SET status = %s, headers = %s, body = %s WHERE claim = %s
"""


class IdempotencyKey(models.Model):
    """A request that is not to be done twice, and its answer once there is one."""

    claim = models.UUIDField(primary_key=True)
    scope = models.TextField()
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    begun_at = models.DateTimeField()
    lease_until = models.DateTimeField()
    kept_until = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(null=True)
    body = models.BinaryField(null=True)

    objects = IdempotencyKeys.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="one_use_of_a_key")]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"

    @property
    def answer(self) -> Answer | None:
        """What was answered; None while the first request is at work."""
        return None if self.status is None else Answer(self.status, self.headers or {}, bytes(self.body or b""))
