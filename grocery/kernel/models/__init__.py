"""The kernel's tables."""

from grocery.kernel.models.idempotency import Answer, IdempotencyKey
from grocery.kernel.models.outbox import MAX_ATTEMPTS, InboxEntry, Lag, OutboxEvent

__all__ = ["MAX_ATTEMPTS", "Answer", "IdempotencyKey", "InboxEntry", "Lag", "OutboxEvent"]
