"""After a test that committed: empty what it filled, and no more.

Django empties every table and prepares the database anew, wards and permissions and all, which takes longer than
most tests. Here only tables that hold something are emptied; what `migrate` prepared stays, or
comes back when it was touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.test import TransactionTestCase
from psycopg import Cursor

#: A fingerprint of each table that a migrated database fills; its rows are kept in a schema of this name.
_prepared: dict[str, str] = {}
_KEPT = "prepared"

_COLUMNS = """
SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'
"""


def begin() -> None:
    """Keep what a migrated database holds, before any test, and empty in our way from now on."""
    _prepared.update(_prints(_filled(_tables())))
    with past_the_tests() as cursor:
        cursor.execute(f"CREATE SCHEMA {_KEPT}".encode())
        for table in _prepared:
            cursor.execute(f"CREATE TABLE {_KEPT}.{_quoted(table)} AS TABLE {_quoted(table)}".encode())
    setattr(TransactionTestCase, "_fixture_teardown", begin_anew)  # noqa: B010 - its stubs leave it out


def begin_anew(_test: TransactionTestCase | None = None) -> None:
    """In place of Django's flush, and between two histories of one test: as migrated, of the tables that it names."""
    tables = _tables()
    _empty(tables - _prepared.keys())
    prepared = {table: held for table, held in _prepared.items() if table in tables}
    now = _prints(prepared)
    if touched := [table for table in prepared if now[table] != prepared[table]]:
        _bring_back(touched)


def _empty(tables: Iterable[str]) -> None:
    if filled := _filled(tables):
        with past_the_tests() as cursor:
            # Truncated, not deleted, so that the planner does not take what it saw before for what is there now.
            cursor.execute(f"TRUNCATE {', '.join(map(_quoted, filled))} CASCADE".encode())


@transaction.atomic
def _bring_back(tables: Iterable[str]) -> None:
    """Rows as `migrate` left them, ids and all: made anew they would differ, and each later test would pay for it."""
    with past_the_tests() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # neither order nor triggers matter here
        for table in tables:
            [(columns,)] = cursor.execute(_COLUMNS, [table]).fetchall()
            cursor.execute(f"DELETE FROM {_quoted(table)}".encode())
            brought = f"SELECT {columns} FROM {_KEPT}.{_quoted(table)}"
            cursor.execute(f"INSERT INTO {_quoted(table)} ({columns}) OVERRIDING SYSTEM VALUE {brought}".encode())


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
