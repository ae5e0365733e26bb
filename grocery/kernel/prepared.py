"""Hot statements: PostgreSQL parses and plans each of them once per connection, not once per request.

An order is some twenty small statements, and planning them took PostgreSQL twice as long as running them. What goes
through here is bound by the server and prepared; everything else is as Django sends it, planned with its values in
sight. Connections plan what is prepared without them (`force_generic_plan`, see settings): a statement belongs here
only if one plan suits all values. Where prepared statements cannot be had (DATABASE_PREPARED=0), they are sent whole.
See docs/adr/0150.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Final, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorDebugWrapper, CursorWrapper
from django.db.models import Field, Model
from django.db.models.expressions import DatabaseDefault

#: The types of Django have the cursors of psycopg 2 in mind.
_SERVER_BOUND: Final = cast("Any", ServerBindingCursor)
type Values = Mapping[str, Any] | Sequence[Any]


def rows(statement: str, values: Values = (), *, using: str = DEFAULT_DB_ALIAS) -> list[tuple[Any, ...]]:
    """Run one constant statement with its values and return its rows; none where it returns no rows.

    The server sees no values when it reads the statement: `%(ids)s::uuid[]` says what it cannot know from the place.
    """
    with _cursor(using) as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def count(statement: str, values: Values = (), *, using: str = DEFAULT_DB_ALIAS) -> int:
    """Run one constant statement and return how many rows it touched."""
    with _cursor(using) as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def columns(model: type[Model], alias: str) -> str:
    """All columns of a model's table, for a statement whose rows become `load`ed."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


def load[M: Model](model: type[M], row: Sequence[Any]) -> M:
    """The model of a row that begins with its `columns`; of fields that come from the database as they are."""
    names = _names(model)
    return model.from_db(DEFAULT_DB_ALIAS, names, row[: len(names)])


def insert(rows: Sequence[Model], *, unless_there: bool = False) -> int:
    """Write new rows of one model in one statement, however many; how many were written.

    `unless_there`: rows that a unique constraint forbids are left out. Otherwise what the database fills in
    (numbers, defaults, generated columns) is then in the rows, as after `bulk_create`. No signals, no arrays.
    """
    if not rows:
        return 0
    given, made = _fields_of(rows[0])
    with _cursor(DEFAULT_DB_ALIAS) as cursor:
        database = connections[DEFAULT_DB_ALIAS]
        values = [
            [field.get_db_prep_save(getattr(row, field.attname), connection=database) for row in rows]
            for field in given
        ]
        cursor.execute(_insert(type(rows[0]), given, made, unless_there=unless_there), values)
        if made and not unless_there:
            for row, filled in zip(rows, cursor.fetchall(), strict=True):
                for field, value in zip(made, filled, strict=True):
                    setattr(row, field.attname, value)
        written = int(cursor.rowcount)
    for row in rows:
        row._state.adding = False
    return written


type _Fields = tuple[Field[Any, Any], ...]


def _fields_of(row: Model) -> tuple[_Fields, _Fields]:
    """Those whose values the row has, and those that the database fills in."""
    given: list[Field[Any, Any]] = []
    made: list[Field[Any, Any]] = []
    for field in row._meta.concrete_fields:
        by_database = field.generated or isinstance(row.__dict__[field.attname], DatabaseDefault)
        (made if by_database or (field.primary_key and row.pk is None) else given).append(field)
    return tuple(given), tuple(made)


@cache
def _insert(model: type[Model], given: _Fields, made: _Fields, *, unless_there: bool) -> str:
    database = connections[DEFAULT_DB_ALIAS]
    names = ", ".join(f'"{field.column}"' for field in given)
    arrays = ", ".join(f"%s::{(field.db_type(database) or '').partition('(')[0]}[]" for field in given)
    ending = "ON CONFLICT DO NOTHING" if unless_there else ""
    if made and not unless_there:
        ending = "RETURNING " + ", ".join(f'"{field.column}"' for field in made)
    table = model._meta.db_table
    return f'INSERT INTO "{table}" ({names}) SELECT * FROM unnest({arrays}) {ending}'  # noqa: S608 - names of columns


@cache
def _names(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def _cursor(using: str) -> CursorWrapper:
    """A cursor with Django's wrappers around it (counting, logging, errors), but bound by the server."""
    database = connections[using]
    database.ensure_connection()
    with database.wrap_database_errors:
        cursor = _SERVER_BOUND(database.connection)
    return _Logged(cursor, database) if database.queries_logged else database.make_cursor(cursor)


class _Logged(CursorDebugWrapper):
    """Keeps the statement as it is written here: a prepared one does not know its text any more."""

    @contextmanager
    def debug_sql(
        self,
        sql: str | None = None,
        params: Any = None,
        use_last_executed_query: bool = False,  # noqa: ARG002, FBT001, FBT002 - Django's interface
        many: bool = False,  # noqa: FBT001, FBT002 - Django's interface
    ) -> Iterator[None]:
        with super().debug_sql(sql, params, many=many):
            yield
