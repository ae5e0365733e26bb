"""The figures of the style guide: where good code lands."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGES, functions, import_graph, modules

LONGEST_FUNCTION = 40
LONGEST_FILE = 400


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_function_is_longer_than_a_screen():
    long = [
        f"{path}:{function.lineno} {function.name}: {length(function)} lines"
        for path, tree in modules().items()
        for function in functions(tree)
        if length(function) > LONGEST_FUNCTION
    ]
    assert long == []


def test_half_of_all_functions_are_short():
    assert statistics.median(length(f) for tree in modules().values() for f in functions(tree)) <= 8


def test_no_file_is_longer_than_it_can_be_read_in_one_sitting():
    lines = {path: len(Path(path).read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {str(path): n for path, n in lines.items() if n > LONGEST_FILE} == {}


def test_every_argument_and_result_is_annotated():
    bare = []
    for path, tree in modules().items():
        for function in functions(tree):
            arguments = function.args.posonlyargs + function.args.args + function.args.kwonlyargs
            named = [a for a in arguments if a.arg not in {"self", "cls"}]
            if function.returns is None or any(a.annotation is None for a in named):
                bare.append(f"{path}:{function.lineno} {function.name}")
    assert bare == []


def test_no_two_packages_import_each_other():
    graph = import_graph()
    packages = [f"grocery.{package}" for package in PACKAGES]
    below = {
        package: {
            other
            for other in packages
            if other != package
            for chain in [graph.find_shortest_chains(package, other, as_packages=True)]
            if any(len(c) == 2 and not c[0].endswith(".handlers") for c in chain)
        }
        for package in packages
    }
    assert [(a, b) for a in packages for b in below[a] if a in below[b] and a < b] == []


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "base", "misc", "manager"])
def test_no_module_is_a_drawer_for_odds_and_ends(name: str):
    assert [str(path) for path in modules() if name in {path.stem, *path.parts}] == []
