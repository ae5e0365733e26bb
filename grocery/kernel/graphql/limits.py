"""What a query costs, counted before anything is asked for it.

A field costs 1, what asks the database more; what stands in a list counts once for each row that may come. A list has
as many rows as its own `limit` says, else that of the field around it, else `ASSUMED`. Aliases, fragments and nesting
are counted as what they come to, `@skip` and `@include` as if all were wanted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    NamedTypeNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_enum_type,
    is_list_type,
    is_object_type,
)

from grocery.kernel.graphql.errors import QueryTooCostly, QueryTooDeep

#: A thousand words of a query are checked in 0.2 s at worst; a page of a shop asks with fifty.
MOST_TOKENS: Final = 1_000
#: The usual question for the whole schema is 15 deep.
MOST_DEPTH: Final = 16
#: A hundred products with every field, or twenty pages of a list with a few.
MOST_COST: Final = 10_000
#: Rows of a list that nobody limits.
ASSUMED: Final = 8
#: What a field says of itself in `extensions`: what it costs beside its 1, how many rows it has.
WEIGHT, ROWS = "weight", "rows"


def check(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: Mapping[str, Any],
) -> int:
    """What a valid query costs. Raises QueryTooDeep, QueryTooCostly."""
    root = schema.query_type
    assert root is not None
    scale = _Scale(schema, fragments, variables)
    cost = round(scale.weigh(operation.selection_set, root, rows=ASSUMED, depth=1))
    if cost > MOST_COST:
        raise QueryTooCostly(cost, MOST_COST)
    return cost


@dataclass(frozen=True, slots=True)
class _Scale:
    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    #: What a fragment comes to where lists have so many rows, at that depth: the same one is weighed once.
    weighed: dict[tuple[str, float, int], float] = field(default_factory=dict)

    def weigh(self, chosen: SelectionSetNode, of: GraphQLNamedType, *, rows: float, depth: int) -> float:
        if depth > MOST_DEPTH:
            raise QueryTooDeep(MOST_DEPTH)
        return sum(self._selection(one, of, rows, depth) for one in chosen.selections)

    def _selection(self, node: SelectionNode, of: GraphQLNamedType, rows: float, depth: int) -> float:
        match node:
            case FieldNode():
                return self._field(node, of, rows, depth)
            case InlineFragmentNode():
                kind = self._named(node.type_condition) if node.type_condition else of
                return self.weigh(node.selection_set, kind, rows=rows, depth=depth)
            case FragmentSpreadNode():
                return self._fragment(node.name.value, rows, depth)
        raise AssertionError(node)

    def _fragment(self, name: str, rows: float, depth: int) -> float:
        key = (name, rows, depth)
        if key not in self.weighed:
            fragment = self.fragments[name]
            kind = self._named(fragment.type_condition)
            self.weighed[key] = self.weigh(fragment.selection_set, kind, rows=rows, depth=depth)
        return self.weighed[key]

    def _field(self, node: FieldNode, of: GraphQLNamedType, rows: float, depth: int) -> float:
        definition = self.schema.get_field(cast("GraphQLCompositeType", of), node.name.value)
        assert definition is not None
        own = 1 + float((definition.extensions or {}).get(WEIGHT, 0))
        kind = get_named_type(definition.type)
        if node.selection_set is None or not is_composite_type(kind):
            return own
        limit = self._limit(node, definition)
        inside = self.weigh(node.selection_set, kind, rows=limit or rows, depth=depth + 1)
        if not is_list_type(get_nullable_type(definition.type)):
            return own + inside
        return own + inside * (limit or self._usual(node, definition, of, rows))

    def _named(self, name: NamedTypeNode) -> GraphQLNamedType:
        return self.schema.type_map[name.name.value]

    def _limit(self, node: FieldNode, definition: GraphQLField) -> int | None:
        """What its argument `limit` says, if it takes one."""
        if "limit" not in definition.args:
            return None
        given = next((one.value for one in node.arguments or () if one.name.value == "limit"), None)
        if isinstance(given, IntValueNode):
            return max(int(given.value), 1)
        if isinstance(given, VariableNode) and given.name.value in self.variables:
            return max(int(self.variables[given.name.value]), 1)
        return int(definition.args["limit"].default_value)

    def _usual(self, node: FieldNode, definition: GraphQLField, of: GraphQLNamedType, rows: float) -> float:
        """How many rows a list has that takes no limit; of the schema itself the average is known."""
        if of.name.startswith("__"):
            return _of_itself(self.schema).get(node.name.value, ASSUMED)
        return float((definition.extensions or {}).get(ROWS, rows))


@cache
def _of_itself(schema: GraphQLSchema) -> dict[str, float]:
    """How many types a schema has, fields a type, arguments a field, values an enum."""
    types = schema.type_map.values()
    fields = [one for kind in types if is_object_type(kind) for one in kind.fields.values()]
    return {
        "types": len(types),
        "fields": len(fields) / len(types),
        "args": sum(len(one.args) for one in fields) / len(fields),
        "enumValues": sum(len(kind.values) for kind in types if is_enum_type(kind)) / len(types),
        "inputFields": 0,
        "interfaces": 0,
        "possibleTypes": 0,
    }
