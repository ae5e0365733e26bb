"""Set-wise statements that the ORM cannot spell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connections


def rows(using: str, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """Run one statement with named `%(values)s` and return its rows; none where it returns no rows."""
    with connections[using].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def count(using: str, statement: str, values: Mapping[str, Any]) -> int:
    """Run one statement and return how many rows it touched."""
    with connections[using].cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
