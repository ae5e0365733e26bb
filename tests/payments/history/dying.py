"""Whoever works may die between two statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import connection

from grocery.kernel.errors import DomainError


class Died(BaseException):
    """Whoever was at work is gone, and its connection with it."""


@contextmanager
def mortal(after: int) -> Iterator[None]:
    """The work inside ends before its statement of that number, as if killed, or with our word that it is refused;
    0: nobody dies."""
    left = after

    def dying(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal left
        left -= 1
        if not left:
            raise Died
        return execute(sql, params, many, context)

    with suppress(Died, DomainError), connection.execute_wrapper(dying):
        yield
