"""GraphQL types and arguments made of the schemas that describe the HTTP API, so that neither falls behind.

Names are spelled as GraphQL's are: `ProductSchema.percent_off` is `percentOff` of `Product`. An object is a mapping
with the schema's own names. What may be null there may be null here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from inspect import cleandoc
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, cast, get_args, get_origin
from uuid import UUID

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLFieldMap,
    GraphQLID,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLString,
    Undefined,
)
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from grocery.kernel.errors import Invalid
from grocery.kernel.faults import faults_of

type Resolver = Callable[..., Any]

EXACT: Final = GraphQLScalarType("Decimal", description="An exact number, written as a JSON number.")
DAY: Final = GraphQLScalarType("Date", description="A day: YYYY-MM-DD.")
MOMENT: Final = GraphQLScalarType("DateTime", description="A moment in UTC (RFC 3339).")
_SCALARS: Final[dict[Any, GraphQLScalarType]] = {
    str: GraphQLString,
    int: GraphQLInt,
    bool: GraphQLBoolean,
    UUID: GraphQLID,
    Decimal: EXACT,
    date: DAY,
    datetime: MOMENT,
}
_made: dict[Any, Any] = {}


def object_type(schema: type[BaseModel], *, members: Callable[[], GraphQLFieldMap] = dict) -> GraphQLObjectType:
    """The type of a schema, named without its "Schema"; made once. `members` are beside the schema's, or instead."""
    if schema not in _made:
        _made[schema] = GraphQLObjectType(
            schema.__name__.removesuffix("Schema"),
            lambda: fields_of(schema) | members(),
            description=_about(schema),
        )
    return cast("GraphQLObjectType", _made[schema])


def fields_of(schema: type[BaseModel], resolver: Callable[[str], Resolver] | None = None) -> GraphQLFieldMap:
    """A field for each member of a schema, read by `resolver(name)`."""
    read = resolver or member
    return {
        camel(name): GraphQLField(
            output(field.annotation), resolve=read(name), description=_spelled(field.description)
        )
        for name, field in schema.model_fields.items()
    }


def output(annotation: Any) -> Any:
    """How this kind of value is answered."""
    inner, may_be_null = _without_null(annotation)
    kind = _output(inner)
    return kind if may_be_null else GraphQLNonNull(kind)


def _output(annotation: Any) -> Any:
    if get_origin(annotation) is list:
        return GraphQLList(output(get_args(annotation)[0]))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return object_type(annotation)
    return _leaf(annotation)


def arguments_of(schema: type[BaseModel], *, without: Container[str] = ()) -> dict[str, GraphQLArgument]:
    """An argument for each parameter of a schema, with its default."""
    return {camel(name): _argument(name, field) for name, field in schema.model_fields.items() if name not in without}


def _argument(name: str, field: FieldInfo) -> GraphQLArgument:
    kind = _input(field.annotation)
    if field.is_required():
        return GraphQLArgument(GraphQLNonNull(kind), out_name=name, description=_spelled(field.description))
    default = Undefined if field.default is None else field.default
    return GraphQLArgument(
        kind if default is Undefined else GraphQLNonNull(kind),
        default_value=default,
        out_name=name,
        description=_spelled(field.description),
    )


def _input(annotation: Any) -> Any:
    inner, _may_be_null = _without_null(annotation)
    if get_origin(inner) is list:
        return GraphQLList(GraphQLNonNull(_input(get_args(inner)[0])))
    return _leaf(inner)


def given[Parameters: BaseModel](schema: type[Parameters], arguments: Mapping[str, Any]) -> Parameters:
    """The arguments as the HTTP API takes them. Raises Invalid with the argument that is at fault."""
    try:
        return schema.model_validate(arguments)
    except ValidationError as error:
        where = [{**one, "loc": ("query", *one["loc"])} for one in error.errors()]
        english, vietnamese = faults_of(where, "en")[0], faults_of(where, "vi")[0]
        raise Invalid(camel(english["field"] or ""), english["detail"], vietnamese["detail"]) from error


def member(name: str) -> Resolver:
    def read(thing: Mapping[str, Any], _info: object) -> Any:
        return thing[name]

    return read


def _about(kind: type) -> str | None:
    return _spelled(cleandoc(kind.__doc__ or ""))


def _spelled(text: str | None) -> str | None:
    """Names in a text as GraphQL has them."""
    return re.sub(r"`([a-z]+(?:_[a-z]+)+)`", lambda found: f"`{camel(found[1])}`", text) if text else None


def camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.title() for word in others)


def _leaf(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        if annotation not in _made:
            _made[annotation] = GraphQLEnumType(
                annotation.__name__, annotation, names_as_values=None, description=_about(annotation)
            )
        return _made[annotation]
    return _SCALARS[annotation]


def _without_null(annotation: Any) -> tuple[Any, bool]:
    """The bare kind of value, and whether it may be null."""
    if get_origin(annotation) is Annotated:
        return _without_null(get_args(annotation)[0])
    if get_origin(annotation) not in {Union, UnionType}:
        return annotation, False
    [inner] = [one for one in get_args(annotation) if one is not NoneType]
    return _without_null(inner)[0], True
