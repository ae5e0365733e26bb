"""One way to answer a query: read, checked, weighed, run, told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Final

from graphql import (
    DocumentNode,
    ExecutionResult,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    execute_sync,
    get_operation_ast,
    get_variable_values,
    parse,
    validate,
)
from prometheus_client import Histogram
from pydantic import ConfigDict, Field, JsonValue

from grocery.kernel.errors import DomainError
from grocery.kernel.graphql import limits
from grocery.kernel.graphql.asking import Asking
from grocery.kernel.graphql.errors import QueryNotValid, told, told_of_the_whole
from grocery.kernel.inputs import Input

#: Characters of a query and, beside it, of its variables.
LONGEST: Final = 10_000
#: Queries whose checked form is kept: an application asks the same few time and again.
_KEPT: Final = 128

COST: Final = Histogram(
    "grocery_graphql_cost",
    "What queries cost, counted beforehand.",
    buckets=(10, 50, 200, 500, 1_000, 2_500, 5_000),
)


class Question(Input):
    """What a client sends: a query, what stands for its `$names`, and which of several operations is meant."""

    query: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    variables: dict[str, JsonValue] | None = None
    operation_name: Annotated[str, Field(max_length=200)] | None = Field(None, alias="operationName")
    #: Clients' libraries send it; nothing in it is for us.
    extensions: dict[str, JsonValue] | None = None

    model_config = ConfigDict(extra="forbid", str_max_length=LONGEST)


@dataclass(frozen=True, slots=True)
class Answer:
    """`whole`: nothing was wrong. `status`: 400 where the query itself was not accepted, and nothing was asked."""

    body: dict[str, Any]
    status: int = 200
    whole: bool = True


class Service:
    """A schema that answers questions."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._read = lru_cache(_KEPT)(self._check)

    def answer(self, question: Question, *, language: str) -> Answer:
        """What was asked for, and what was wrong. Raises what is no error of the caller's."""
        try:
            document = self._read(question.query)
            operation, variables = self._operation(document, question)
            fragments = {
                one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
            }
            cost = limits.check(self.schema, operation, fragments, variables)
        except DomainError as error:
            return Answer({"errors": [told_of_the_whole(error, language)]}, status=400, whole=False)
        except GraphQLError as error:
            return Answer({"errors": [told(error, language)]}, status=400, whole=False)
        COST.observe(cost)
        result = execute_sync(
            self.schema,
            document,
            context_value=Asking(language),
            variable_values=question.variables,
            operation_name=question.operation_name,
        )
        return _told(result, language, {"cost": {"asked": cost, "most": limits.MOST_COST}})

    def _check(self, query: str) -> DocumentNode:
        """The query, understood and valid. Raises GraphQLError with the first thing that is not."""
        document = parse(query, max_tokens=limits.MOST_TOKENS)
        errors = validate(self.schema, document, max_errors=1)
        if errors:
            raise errors[0]
        return document

    def _operation(
        self, document: DocumentNode, question: Question
    ) -> tuple[OperationDefinitionNode, Mapping[str, Any]]:
        """The operation that is meant, and the values of its variables. Raises QueryNotValid, GraphQLError."""
        operation = get_operation_ast(document, question.operation_name)
        if operation is None:
            raise QueryNotValid("Say by operationName which operation is meant.")
        values = get_variable_values(
            self.schema, operation.variable_definitions or (), dict(question.variables or {}), max_errors=1
        )
        if isinstance(values, list):
            raise values[0]
        return operation, values.coerced


def _told(result: ExecutionResult, language: str, extensions: dict[str, Any]) -> Answer:
    body: dict[str, Any] = {"data": result.data, "extensions": extensions}
    if not result.errors:
        return Answer(body)
    return Answer({"errors": [told(error, language) for error in result.errors], **body}, whole=False)
