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

#: Within a stream, by id: only the first owed entry may be taken by itself, so that no relay overtakes another.
IN_ORDER: Final = "PARTITION BY owed.stream ORDER BY owed.id"

#: The same as `handled_at IS NULL`, in words that the index over what is owed does not know. That index is taken to
#: be empty whenever statistics were taken while it was, and then walking the whole of it for each entry looks cheaper
#: than the primary key: 12 s instead of 0.3 s for 5,000 facts at once.
STILL_OWED: Final = "COALESCE(entry.handled_at, 'infinity') = 'infinity'"

# The planner's statistics of a queue are always out of date: they were taken when nothing was owed. So no step may be
# slow under any plan: windows and lists of ids take the place of joins and of a subquery per entry. (That one took
# 36 s instead of 70 ms past 10,000 entries, when a wrong index looked as good as the right one; a join may go through
# all that is chosen for each entry that is there.) For the same reason the rows are first what was taken, then the
# facts that it is about, without an entry. `id + 0` is what the index inbox_owed_order is over: by `id`, the primary
# key is walked at times, past everything that was ever handled.
CLAIM = f"""
WITH owed AS MATERIALIZED (
    SELECT entry.id, entry.stream,
           entry.due_at <= statement_timestamp() AND entry.attempts < %(attempts)s AS may_be_tried
      FROM "kernel_inboxentry" AS entry
     WHERE entry.subscriber = %(subscriber)s AND entry.handled_at IS NULL
     ORDER BY entry.id + 0
     LIMIT %(window)s
), ranked AS MATERIALIZED (
    SELECT owed.id, owed.stream,
           row_number() OVER in_order AS place,
           bool_and(owed.may_be_tried) OVER in_order AS is_free
      FROM owed
    WINDOW in_order AS ({IN_ORDER})
), head AS MATERIALIZED (
    SELECT entry.id, entry.stream
      FROM "kernel_inboxentry" AS entry
     WHERE entry.id = ANY(ARRAY(SELECT id FROM ranked WHERE place = 1 AND is_free ORDER BY id LIMIT %(size)s))
       AND {STILL_OWED} AND entry.due_at <= statement_timestamp() AND entry.attempts < %(attempts)s
       FOR UPDATE SKIP LOCKED
), candidate AS (
    SELECT id, stream, place, is_free FROM ranked
    UNION ALL
    SELECT NULL, stream, 0, true FROM head
), chosen AS MATERIALIZED (
    SELECT ours.id
      FROM (SELECT *, bool_or(place = 0) OVER (PARTITION BY stream) AS is_held FROM candidate) AS ours
     WHERE ours.is_held AND ours.is_free AND ours.place > 0
     ORDER BY ours.place, ours.id
     LIMIT %(size)s
), taken AS (
    UPDATE "kernel_inboxentry" AS entry
       SET attempts = entry.attempts + 1, due_at = statement_timestamp() + %(lease)s
     WHERE entry.id = ANY(ARRAY(SELECT id FROM chosen)) AND {STILL_OWED}
    RETURNING entry.id, entry.attempts, entry.event_id, entry.stream
)
SELECT id, attempts, stream, event_id, NULL::jsonb AS payload, NULL AS trace, NULL::timestamptz AS published_at
  FROM taken
UNION ALL
SELECT NULL, NULL, NULL, event.id, event.payload, event.trace, event.published_at
  FROM "kernel_outboxevent" AS event WHERE event.id = ANY(ARRAY(SELECT event_id FROM taken))
 ORDER BY id
"""  # noqa: S608 - put together from constants

#: How many of the oldest owed entries a claim looks at, per entry that it may take. When there is nothing to take
#: among them, because they wait behind failures or others have them, it looks at all.
_WINDOW: Final = 10

_DUE = """
SELECT subscriber.name
  FROM unnest(%(subscribers)s::text[]) AS subscriber(name)
 WHERE EXISTS (SELECT 1 FROM "kernel_inboxentry" AS entry
                WHERE entry.subscriber = subscriber.name AND entry.handled_at IS NULL
                  AND entry.due_at <= statement_timestamp() AND entry.attempts < %(attempts)s)
"""

# Rows are locked in the order of their ids, as everywhere, so that a relay that has outstayed its lease and the one
# that took over cannot wait for each other. What is locked is read as it is now, not as it was when we began.
_MARK = """
WITH locked AS MATERIALIZED (
    SELECT entry.id, entry.attempts, entry.handled_at
      FROM "kernel_inboxentry" AS entry
     WHERE entry.id = ANY(%(ids)s)
     ORDER BY entry.id
       FOR UPDATE
), ours AS MATERIALIZED (
    SELECT locked.id
      FROM locked
      JOIN unnest(%(ids)s::bigint[], %(attempts)s::int[]) AS claim(id, attempt)
        ON claim.id = locked.id AND claim.attempt = locked.attempts AND locked.handled_at IS NULL
)
UPDATE "kernel_inboxentry" AS entry
   SET handled_at = statement_timestamp(), error = ''
  FROM ours
 WHERE entry.id = ours.id
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
    """Take up to `size` entries that are due, in order; of each stream an unbroken run from its first owed one.

    The heads of streams are locked: who holds the head holds the stream.
    """
    wanted: dict[str, Any] = {"subscriber": subscriber, "size": size, "lease": lease, "attempts": attempts}
    return _claim(wanted | {"window": size * _WINDOW}) or _claim(wanted | {"window": None})


def _claim(wanted: dict[str, Any]) -> list[Claim]:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, wanted)
        rows = cursor.fetchall()
    facts = {event_id: fact for entry, _, _, event_id, *fact in rows if entry is None}
    taken = ((entry, *mine, event_id) for entry, *mine, event_id, _, _, _ in rows if entry is not None)
    return [Claim(*mine, *facts[mine[-1]]) for mine in taken]


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
