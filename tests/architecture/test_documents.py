"""Documents that are drawn from the code are as new as the code."""

from __future__ import annotations

import json

from graphql import print_schema

from grocery.config.graphql import SCHEMA
from grocery.config.http_api import api
from tests.architecture import domain_map
from tests.architecture.source import ROOT

OPENAPI = ROOT / "docs/openapi.json"
GRAPHQL = ROOT / "docs/schema.graphql"


def openapi() -> str:
    """The description of the HTTP API, as committed: `make documents` writes it."""
    return (
        json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), indent=1, ensure_ascii=False, default=str) + "\n"
    )


def schema() -> str:
    """What may be asked at /graphql, as committed."""
    return print_schema(SCHEMA) + "\n"


def test_the_domain_map_is_up_to_date():
    assert domain_map.PLACE.read_text(encoding="utf-8") == domain_map.draw()


def test_the_openapi_snapshot_is_up_to_date():
    assert OPENAPI.read_text(encoding="utf-8") == openapi()


def test_the_graphql_schema_is_up_to_date():
    assert GRAPHQL.read_text(encoding="utf-8") == schema()


def test_every_operation_says_what_it_does():
    paths = json.loads(openapi())["paths"]
    silent = [
        f"{method.upper()} {path}"
        for path, operations in paths.items()
        for method, operation in operations.items()
        if not operation.get("summary") or not operation.get("description")
    ]
    assert silent == []
