"""SQL that is asked all the time, planned once for each connection instead of each time."""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper


def rows(using: str, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """The rows of one reading statement with named `%(values)s`, prepared where it is not yet.

    For constant statements whose best plan does not hang on the values. What comes in is typed by what Python gives:
    a NULL needs a cast where nothing beside it says what it is.
    """
    with _cursor(connections[using]) as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _cursor(connection: BaseDatabaseWrapper) -> CursorWrapper:
    if connection.queries_logged:  # whoever looks on wants to see the values too
        return connection.cursor()
    connection.ensure_connection()
    planned: Any = _Prepared(connection.connection)
    return connection.make_cursor(planned)


class _Prepared(psycopg.Cursor[Any]):
    """Django's own cursors put values into the text of a statement, which is then another statement each time."""

    def execute(self, query: Any, params: Any = None, **_options: Any) -> Any:
        return super().execute(query, params, prepare=True)
