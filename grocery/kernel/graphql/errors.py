"""What was wrong with a query, in the words of problem documents.

    {"message": …, "locations": [{"line": 1, "column": 3}], "path": ["product"],
     "extensions": {"code": "not_found", "status": 404, "field": null, "messages": {"en": …, "vi": …}, …}}

`code` is what a program should look at; it is the same as over the rest of the API. `message` is in the language that
was asked for. What the error knows beside is in `extensions`, too.
"""

from __future__ import annotations

from typing import Any

from graphql import GraphQLError

from grocery.kernel.errors import LANGUAGES, DomainError


class QueryNotValid(DomainError):
    """The query is not GraphQL, or asks for what is not there."""

    code = "graphql_not_valid"
    status = 400
    en = "The query is not valid: {reason}"
    vi = "Truy vấn không hợp lệ: {reason}"

    def __init__(self, reason: str) -> None:
        self.reason = reason


class QueryTooDeep(DomainError):
    """Fields inside fields, further than we follow."""

    code = "graphql_too_deep"
    status = 400
    en = "The query is nested too deeply: at most {most} levels."
    vi = "Truy vấn lồng quá sâu: tối đa {most} cấp."

    def __init__(self, most: int) -> None:
        self.most = most


class QueryTooCostly(DomainError):
    """More than one request may ask for; ask for fewer rows or fields, or in several requests."""

    code = "graphql_too_costly"
    status = 400
    en = "The query costs {cost}, at most {most} are allowed: ask for fewer rows or fields."
    vi = "Truy vấn tốn {cost} điểm, tối đa là {most}: hãy lấy ít dòng hoặc ít trường hơn."

    def __init__(self, cost: int, most: int) -> None:
        self.cost, self.most = cost, most


def told(error: GraphQLError, language: str) -> dict[str, Any]:
    """An error as the caller sees it. What is none of ours to tell is raised: a bug, or trouble with the database."""
    cause = error.original_error
    if cause is None or isinstance(cause, GraphQLError):
        cause = QueryNotValid(error.message)
    if not isinstance(cause, DomainError):
        raise cause
    where = {"locations": [{"line": one.line, "column": one.column} for one in error.locations or ()]}
    path = {"path": error.path} if error.path else {}
    return {"message": cause.text(language), **where, **path, "extensions": _extensions(cause)}


def told_of_the_whole(cause: DomainError, language: str) -> dict[str, Any]:
    """The same of what concerns the query as a whole."""
    return {"message": cause.text(language), "extensions": _extensions(cause)}


def _extensions(cause: DomainError) -> dict[str, Any]:
    return {
        **cause.extra(),
        "code": cause.code,
        "status": cause.status,
        "field": cause.field,
        "messages": {language: cause.text(language) for language in LANGUAGES},
    }
