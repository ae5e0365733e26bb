"""What PostgreSQL did, by its own account."""

from __future__ import annotations

from typing import Any

from django.db import connection


def most_rows(statement: str, values: dict[str, Any] | None = None, *, without: str = "") -> float:
    """How many rows the busiest step of a statement went through, over all its turns; the statement is run.

    `without`: what the planner must not use, such as `hashjoin mergejoin`, for the rest of the transaction.
    """
    with connection.cursor() as cursor:
        for way in without.split():
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}", values)
        [[[plan]]] = cursor.fetchall()
    return _most(plan["Plan"])


def _most(node: dict[str, Any]) -> float:
    here: float = node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0))
    return max([here, *(_most(step) for step in node.get("Plans", []))])
