"""What comes in over HTTP is bounded by its type."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.source import modules

UNBOUNDED = {"str", "int", "float", "bytes", "Any", "dict"}


def unbounded_fields(path: Path, tree: ast.Module) -> list[str]:
    """Fields of request schemas whose type lets anything in; a schema is a class that derives from Input."""
    found = []
    for schema in [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]:
        if not any(isinstance(base, ast.Name) and base.id.endswith("Input") for base in schema.bases):
            continue
        for field in [node for node in schema.body if isinstance(node, ast.AnnAssign)]:
            names = {node.id for node in ast.walk(field.annotation) if isinstance(node, ast.Name)}
            if names & UNBOUNDED:
                found.append(f"{path}:{field.lineno}: {schema.name}.{ast.unparse(field.target)}")
    return found


def unbounded_parameters(path: Path, tree: ast.Module) -> list[str]:
    """Parameters of HTTP routes (path and query) whose type lets anything in."""
    found = []
    for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
        routed = any("router." in ast.unparse(decorator) for decorator in function.decorator_list)
        for argument in function.args.args + function.args.kwonlyargs if routed else []:
            names = {n.id for n in ast.walk(argument.annotation or argument) if isinstance(n, ast.Name)}
            if names & UNBOUNDED:
                found.append(f"{path}:{function.lineno}: {function.name}({argument.arg})")
    return found


def test_no_request_field_is_a_bare_string_or_number():
    apis = {path: tree for path, tree in modules().items() if "api" in {path.stem, *path.parts}}
    assert [hit for path, tree in apis.items() for hit in unbounded_fields(path, tree)] == []
    assert [hit for path, tree in apis.items() for hit in unbounded_parameters(path, tree)] == []


@pytest.mark.parametrize("planted", ["name: str", "count: int | None = None", "tags: list[str]"])
def test_a_planted_bare_field_is_found(planted: str):
    tree = ast.parse(f"class AddItem(Input):\n    {planted}\n")
    assert len(unbounded_fields(Path("grocery/ordering/api.py"), tree)) == 1


def test_a_planted_bare_parameter_is_found():
    tree = ast.parse("@router.get('/x/{sku}')\ndef x(request: HttpRequest, sku: str) -> None: ...")
    assert len(unbounded_parameters(Path("grocery/catalog/api.py"), tree)) == 1
