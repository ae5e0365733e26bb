"""What resolvers know of the request."""

from __future__ import annotations

from dataclasses import dataclass

from graphql import GraphQLResolveInfo


@dataclass(frozen=True, slots=True)
class Asking:
    """`info.context` of a resolver."""

    language: str


type Info = GraphQLResolveInfo[Asking]
