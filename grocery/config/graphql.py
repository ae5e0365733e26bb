"""`/graphql`, put together from what the domains let it ask."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from graphql import GraphQLObjectType, GraphQLSchema
from ninja import NinjaAPI

from grocery.catalog.api.graphql import QUESTIONS
from grocery.config.auth import BearerOrGuest
from grocery.kernel import problems
from grocery.kernel.graphql.answering import Service
from grocery.kernel.graphql.http import answer_get, answer_post

SCHEMA: Final = GraphQLSchema(GraphQLObjectType("Query", {**QUESTIONS}))
_service = Service(SCHEMA)

graphql = NinjaAPI(urls_namespace="graphql", docs_url=None, openapi_url=None, auth=BearerOrGuest())
problems.install(graphql)


@graphql.post("")
def post(request: HttpRequest) -> HttpResponse:
    """A question in the body, as JSON."""
    return answer_post(_service, request)


@graphql.get("")
def get(request: HttpRequest) -> HttpResponse:
    """A question in the address, whose answer may be kept."""
    return answer_get(_service, request)
