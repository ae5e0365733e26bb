"""The clock. Read at the edge (a request, a task, a handler) and passed inwards as `now`."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def local_date(moment: datetime, *, zone: str) -> date:
    """The calendar day that people in `zone` (IANA name) live at `moment`."""
    return moment.astimezone(ZoneInfo(zone)).date()
