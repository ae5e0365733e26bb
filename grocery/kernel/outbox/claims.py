"""Taking entries to deliver, and saying what became of them.

Plain SQL: the ORM has neither `FOR UPDATE SKIP LOCKED` inside an `UPDATE … RETURNING` nor lateral joins, and costs
more than the delivery of a small fact. See docs/adr/0010 for why each clause is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

#: Only the first owed entry of a stream may be taken by itself, so that no relay overtakes another.
NOTHING_EARLIER_IS_OWED: Final = """
       AND entry.id = (SELECT earliest.id FROM "kernel_inboxentry" AS earliest
                        WHERE earliest.subscriber = entry.subscriber AND earliest.stream = entry.stream
                          AND earliest.handled_at IS NULL
                        ORDER BY earliest.id LIMIT 1)"""

#: The heads of streams, locked: whoever holds the head holds the stream. With each head as many of those that follow
#: it as there is room for, up to the first that may not be tried now.
CLAIM = f"""
WITH head AS (
    SELECT entry.id, entry.stream
      FROM "kernel_inboxentry" AS entry
     WHERE entry.subscriber = %(subscriber)s AND entry.handled_at IS NULL
       AND entry.due_at <= statement_timestamp() AND entry.attempts < %(attempts)s{NOTHING_EARLIER_IS_OWED}
     ORDER BY entry.due_at, entry.id
     LIMIT %(size)s
       FOR UPDATE SKIP LOCKED
), follower AS (
    SELECT next.id
      FROM head CROSS JOIN LATERAL (
           SELECT entry.id, bool_and(entry.due_at <= statement_timestamp() AND entry.attempts < %(attempts)s)
                            OVER (ORDER BY entry.id) AS is_free
             FROM "kernel_inboxentry" AS entry
            WHERE entry.subscriber = %(subscriber)s AND entry.stream = head.stream AND entry.handled_at IS NULL
              AND entry.id > head.id
            ORDER BY entry.id
            LIMIT (SELECT %(size)s / greatest(count(*), 1) - 1 FROM head)
           ) AS next
     WHERE next.is_free
), taken AS (
    UPDATE "kernel_inboxentry" AS entry
       SET attempts = entry.attempts + 1, due_at = statement_timestamp() + %(lease)s
      FROM (SELECT id FROM head UNION SELECT id FROM follower) AS chosen
     WHERE entry.id = chosen.id AND entry.handled_at IS NULL
    RETURNING entry.id, entry.attempts, entry.event_id, entry.stream
)
SELECT taken.id, taken.attempts, taken.stream, event.id, event.payload, event.trace, event.published_at
  FROM taken JOIN "kernel_outboxevent" AS event ON event.id = taken.event_id
 ORDER BY taken.id
"""  # noqa: S608 - put together from constants

_DUE = """
SELECT subscriber.name
  FROM unnest(%(subscribers)s::text[]) AS subscriber(name)
 WHERE EXISTS (SELECT 1 FROM "kernel_inboxentry" AS entry
                WHERE entry.subscriber = subscriber.name AND entry.handled_at IS NULL
                  AND entry.due_at <= statement_timestamp() AND entry.attempts < %(attempts)s)
"""

# Rows are locked in the order of their ids, as everywhere, so that a relay that has outstayed its lease and the one
# that took over cannot wait for each other.
_MARK = """
UPDATE "kernel_inboxentry" AS entry
   SET handled_at = statement_timestamp(), error = ''
  FROM (SELECT id FROM "kernel_inboxentry" WHERE id = ANY(%(ids)s) ORDER BY id FOR UPDATE) AS locked,
       unnest(%(ids)s::bigint[], %(attempts)s::int[]) AS claim(id, attempt)
 WHERE entry.id = locked.id AND entry.id = claim.id AND entry.attempts = claim.attempt AND entry.handled_at IS NULL
"""

_MARK_ONE = """
UPDATE "kernel_inboxentry" SET handled_at = statement_timestamp(), error = ''
 WHERE id = %s AND attempts = %s AND handled_at IS NULL
"""

_POSTPONE = """
UPDATE "kernel_inboxentry" AS entry
   SET due_at = statement_timestamp() + claim.pause, error = %(error)s
  FROM unnest(%(ids)s::bigint[], %(attempts)s::int[], %(pauses)s::interval[]) AS claim(id, attempt, pause)
 WHERE entry.id = claim.id AND entry.attempts = claim.attempt AND entry.handled_at IS NULL
"""

_RELEASE = """
UPDATE "kernel_inboxentry" AS entry
   SET due_at = statement_timestamp(), attempts = entry.attempts - 1
  FROM unnest(%(ids)s::bigint[], %(attempts)s::int[]) AS claim(id, attempt)
 WHERE entry.id = claim.id AND entry.attempts = claim.attempt AND entry.handled_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """An entry that is ours until its lease ends; `attempt` is the proof."""

    entry_id: int
    attempt: int
    stream: str
    event_id: UUID
    payload: str
    trace: str
    published_at: datetime


def claim(subscriber: str, *, size: int, lease: timedelta, attempts: int) -> list[Claim]:
    """Take up to `size` entries that are due, in order; of each stream an unbroken run from its first owed one."""
    wanted: dict[str, Any] = {"subscriber": subscriber, "size": size, "lease": lease, "attempts": attempts}
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, wanted)
        return [Claim(*row) for row in cursor.fetchall()]


def due(subscribers: Iterable[str], *, attempts: int) -> list[str]:
    """Which of these have something to be tried now, or something that waits behind it."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"subscribers": list(subscribers), "attempts": attempts})
        return [name for (name,) in cursor.fetchall()]


def mark_handled(claims: Sequence[Claim]) -> bool:
    """Handled, all of them; False if any is not ours any more, and then the caller rolls back."""
    with connection.cursor() as cursor:
        if len(claims) == 1:
            cursor.execute(_MARK_ONE, [claims[0].entry_id, claims[0].attempt])
        else:
            cursor.execute(_MARK, _keys(claims))
        return bool(cursor.rowcount == len(claims))


def postpone(claims: Sequence[Claim], *, pauses: Sequence[timedelta], error: str) -> None:
    """Failed: try each again after its pause."""
    with connection.cursor() as cursor:
        cursor.execute(_POSTPONE, {**_keys(claims), "pauses": list(pauses), "error": error})


def release(claims: Sequence[Claim]) -> None:
    """Not tried: due again at once, and the attempt does not count."""
    if claims:
        with connection.cursor() as cursor:
            cursor.execute(_RELEASE, _keys(claims))


def _keys(claims: Sequence[Claim]) -> dict[str, list[int]]:
    return {"ids": [claim.entry_id for claim in claims], "attempts": [claim.attempt for claim in claims]}
