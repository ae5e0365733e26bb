"""Hot statements: PostgreSQL parses and plans each of them once per connection, not once per request.

An order is some twenty small statements, and planning them took PostgreSQL twice as long as running them. What goes
through here is bound by the server and prepared; everything else is as Django sends it, planned with its values in
sight. Connections plan what is prepared without them (`force_generic_plan`, see settings): a statement belongs here
only if its best plan does not hang on the values. Where nothing can be prepared (DATABASE_PREPARED=0), all is planned
each time. See docs/adr/0150.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, Final, cast

import orjson
import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models import AutoField, Field, JSONField, Model
from django.db.models.base import ModelState
from django.db.models.expressions import DatabaseDefault
from psycopg._preparing import Prepare, PrepareManager
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

_FORGOTTEN: Final = re.compile(rb"DROP|ALTER|DISCARD ALL|DEALLOCATE ALL")

type Values = Mapping[str, Any] | Sequence[Any]


def rows(using: str, statement: str, values: Values = (), /, **named: Any) -> list[tuple[Any, ...]]:
    """Run one constant statement with its values and return its rows; none where it returns no rows.

    What comes in is typed by what Python gives: a NULL or a list needs a cast where nothing beside it says what it
    is. Where statements are logged they are sent with their values in sight, as Django sends its own.
    """
    with _cursor(connections[using]) as cursor:
        cursor.execute(statement, named or values)
        # not `description`, which puts a name and a type together for each column, and is empty for rows without any
        return cursor.fetchall() if cursor.pgresult.status == ExecStatus.TUPLES_OK else []


def columns(model: type[Model], alias: str) -> str:
    """All columns of a model's table, for a statement whose rows become `load`ed."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


def load[M: Model](model: type[M], row: Sequence[Any]) -> M:
    """The model of a row that begins with its `columns`; of fields that come from the database as they are, and JSON.

    As `from_db` does it, without what takes most of its time: signals, which nothing of ours listens to, and looking
    at each field.
    """
    made = model.__new__(model)
    made.__dict__.update(zip(_names(model), row, strict=False), _state=ModelState())
    for name in _documents(model):
        if (document := made.__dict__[name]) is not None:
            made.__dict__[name] = orjson.loads(document)
    made._state.adding, made._state.db = False, DEFAULT_DB_ALIAS
    return made


def insert(rows: Sequence[Model], *, on_conflict: str = "", provided: str = "", values: Sequence[Any] = ()) -> int:
    """Write new rows of one model in one statement, however many; how many were written.

    They go as one JSON document, which the table itself types: a value per parameter costs more than all the rest.
    `on_conflict`: what SQL does with rows that a unique constraint forbids. Without it, what the database fills in
    (numbers, defaults, generated columns) is then in the rows, as after `bulk_create`. No signals, no bytes.
    `provided`: a change that is made in the same statement with its `values`; where it returns nothing, nothing is
    written. Only with `on_conflict`.
    """
    if not rows:
        return 0
    given, made = _fields_of(rows[0])
    names = [(field.column, field.attname) for field in given]
    document = [{column: row.__dict__[name] for column, name in names} for row in rows]
    with _cursor(connections[DEFAULT_DB_ALIAS]) as cursor:
        cursor.execute(_insert(type(rows[0]), given, made, on_conflict, provided), [*values, as_json(document)])
        if made and not on_conflict:
            for row, filled in zip(rows, cursor.fetchall(), strict=True):
                for field, value in zip(made, filled, strict=True):
                    setattr(row, field.attname, value)
        written = int(cursor.rowcount)
    for row in rows:
        row._state.adding = False
    return written


def update(row: Model, *fields: str) -> None:
    """Write these fields of a row that is there, as `save(update_fields=fields)` does; none named: all of them."""
    given = _named(type(row), fields)
    document = {field.column: row.__dict__[field.attname] for field in (row._meta.pk, *given)}
    with _cursor(connections[DEFAULT_DB_ALIAS]) as cursor:
        cursor.execute(_update(type(row), given), [as_json(document)])


def insert_and(row: Model, then: str, values: Sequence[Any]) -> bool:
    """Write a new row unless a unique constraint has it already; whether it was written.

    Where it was, the expression `then` is worked out with its values, once, in the same statement. The row's own
    values all come from Python: nothing that the database fills in is read back.
    """
    given, _made = _fields_of(row)
    document = [{field.column: row.__dict__[field.attname] for field in given}]
    with _cursor(connections[DEFAULT_DB_ALIAS]) as cursor:
        cursor.execute(_insert_and(type(row), given, then), [as_json(document), *values])
        new = bool(cursor.rowcount)
    row._state.adding = False
    return new


def as_json(document: object) -> str:
    """As PostgreSQL reads it into its types: exact numbers are text. Raises TypeError for what has no JSON form."""
    return orjson.dumps(document, default=_exact).decode()


def _exact(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be written")


type _Fields = tuple[Field[Any, Any], ...]


def _fields_of(row: Model) -> tuple[_Fields, _Fields]:
    """Those whose values the row has, and those that the database fills in."""
    given, made, doubtful = _fields(type(row))
    if not doubtful:
        return given, made
    by_database = tuple(field for field in doubtful if isinstance(row.__dict__[field.attname], DatabaseDefault))
    return (*given, *(field for field in doubtful if field not in by_database)), (*made, *by_database)


@cache
def _fields(model: type[Model]) -> tuple[_Fields, _Fields, _Fields]:
    """Those that a row always has, those that the database always fills in, and those where it is seen in the row."""
    made = [field for field in model._meta.concrete_fields if field.generated or isinstance(field, AutoField)]
    doubtful = [field for field in model._meta.concrete_fields if field not in made and field.has_db_default()]
    given = [field for field in model._meta.concrete_fields if field not in made and field not in doubtful]
    return tuple(given), tuple(made), tuple(doubtful)


@cache
def _insert(model: type[Model], given: _Fields, made: _Fields, on_conflict: str, provided: str = "") -> str:
    names = ", ".join(f'"{field.column}"' for field in given)
    ending = f"ON CONFLICT {on_conflict}" if on_conflict else ""
    if made and not on_conflict:
        ending = "RETURNING " + ", ".join(f'"{field.column}"' for field in made)
    table = model._meta.db_table
    rows = f'json_populate_recordset(NULL::"{table}", %s::json)'
    if provided:
        rows = f"{rows} WHERE EXISTS (SELECT FROM provided)"
    before = f"WITH provided AS ({provided})" if provided else ""
    return f'{before} INSERT INTO "{table}" ({names}) SELECT {names} FROM {rows} {ending}'  # noqa: S608 - names of columns


@cache
def _insert_and(model: type[Model], given: _Fields, then: str) -> str:
    written = _insert(model, given, (), "DO NOTHING RETURNING true", "")
    return f"WITH written AS ({written}) SELECT {then} FROM written"  # noqa: S608 - constants of the code


@cache
def _update(model: type[Model], given: _Fields) -> str:
    table, key = model._meta.db_table, model._meta.pk.column
    values = ", ".join(f'"{field.column}" = new."{field.column}"' for field in given)
    written = f'json_populate_record(NULL::"{table}", %s::json) AS new'
    return f'UPDATE "{table}" SET {values} FROM {written} WHERE "{table}"."{key}" = new."{key}"'  # noqa: S608 - names out of the model


@cache
def _named(model: type[Model], names: tuple[str, ...]) -> _Fields:
    ours = {one.name: one for one in model._meta.concrete_fields if not one.primary_key and not one.generated}
    return tuple(ours[name] for name in names or ours)


@cache
def _names(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


@cache
def _documents(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields if isinstance(field, JSONField)]


def _cursor(connection: BaseDatabaseWrapper) -> CursorWrapper:
    if connection.queries_logged:  # whoever looks on wants to see the values too
        return connection.cursor()
    connection.ensure_connection()
    _Kept.by(cast("psycopg.Connection[Any]", connection.connection))
    planned: Any = _Prepared(connection.connection)
    return connection.make_cursor(planned)


class _Prepared(psycopg.Cursor[Any]):
    """Django's own cursors put values into the text of a statement, which is then another statement each time."""

    def execute(self, query: Any, params: Any = None, **_options: Any) -> Any:
        return super().execute(query, params, prepare=True)


class _Kept(PrepareManager):
    """Keeps what is prepared when a transaction is rolled back.

    psycopg forgets all of it then, as what a statement names may have been made in that transaction; ours name what
    migrations made. An order that was refused cost the next one more than placing it: all was planned anew.
    """

    @classmethod
    def by(cls, connection: psycopg.Connection[Any]) -> None:
        """Have this connection do so."""
        if not isinstance(connection._prepared, cls):
            kept = cls()
            kept.prepare_threshold = connection._prepared.prepare_threshold
            connection._prepared = kept

    def clear(self) -> bool:
        """Called by a rollback."""
        return False

    def _should_discard(self, _prep: Prepare, results: Sequence[PGresult], *_more: Any) -> bool:
        """Called after each statement: what the server forgot, or may have to read anew, is forgotten as ever."""
        for result in results:
            if _FORGOTTEN.match(result.command_status or b""):
                return super().clear()
        return False
