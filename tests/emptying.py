"""After a test that committed: empty what it filled, and no more.

Django empties every table and prepares the database anew, wards and permissions and all, which takes longer than
most tests. Here only tables that hold something are emptied; what `migrate` prepared stays, unless it was touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test import TransactionTestCase
from psycopg import Cursor

#: Django's own way, which its stubs leave out.
_whole: Callable[[TransactionTestCase], None] = vars(TransactionTestCase)["_fixture_teardown"]
_prepared: dict[str, str] = {}


def begin() -> None:
    """Take note of what a migrated database holds, before any test, and empty in our way from now on."""
    _prepared.update(_prints(_filled(_tables())))
    setattr(TransactionTestCase, _whole.__name__, empty_what_was_filled)


def empty_what_was_filled(test: TransactionTestCase) -> None:
    """In place of Django's flush; of a test that names its apps, their tables."""
    tables = _tables()
    prepared = {table: held for table, held in _prepared.items() if table in tables}
    if _prints(prepared) != prepared:
        _whole(test)
        return
    _empty(tables - prepared.keys())


def begin_anew() -> None:
    """Between two histories of one test: what the first filled is empty, of the tables that the test names."""
    _empty(_tables() - _prepared.keys())


def _empty(tables: Iterable[str]) -> None:
    if filled := _filled(tables):
        with past_the_tests() as cursor:
            # Truncated, not deleted, so that the planner does not take what it saw before for what is there now.
            cursor.execute(f"TRUNCATE {', '.join(map(_quoted, filled))} CASCADE".encode())


@contextmanager
def past_the_tests() -> Iterator[Cursor[Any]]:
    """A cursor whose statements no test counts or looks into."""
    with connection.cursor() as cursor:
        yield cursor.cursor


def _tables() -> set[str]:
    return set(connection.introspection.django_table_names(only_existing=True))


def _filled(tables: Iterable[str]) -> list[str]:
    """Those that have at least one row, in one statement."""
    asked = [f"SELECT '{table}' WHERE EXISTS (SELECT FROM {_quoted(table)})" for table in sorted(tables)]
    with past_the_tests() as cursor:
        cursor.execute(" UNION ALL ".join(asked).encode())
        return [name for (name,) in cursor.fetchall()]


def _prints(tables: Iterable[str]) -> dict[str, str]:
    """A fingerprint of each table's rows."""
    prints = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT md5(string_agg(row::text, '|' ORDER BY row::text)) FROM {_quoted(table)} row")
            prints[table] = cursor.fetchone()[0]
    return prints


def _quoted(table: str) -> str:
    return connection.ops.quote_name(table)
