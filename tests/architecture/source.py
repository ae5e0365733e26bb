"""Reading our own source: modules, their syntax trees, the graph of their imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ROOT / "grocery"
DOMAINS = ("accounts", "catalog", "inventory", "payments", "delivery", "ledger", "ordering", "notifications")
PACKAGES = ("config", "storefront", *DOMAINS, "kernel")


@cache
def modules() -> dict[Path, ast.Module]:
    """Every module of the product but migrations, by its path below the repository."""
    return {
        path.relative_to(ROOT): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PRODUCT.rglob("*.py"))
        if "migrations" not in path.parts
    }


def package_of(path: Path) -> str:
    """The domain, or config, storefront, kernel, that a module belongs to."""
    return path.parts[1]


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Functions and methods; those inside other functions count as part of them."""
    stack: list[ast.AST] = [tree]
    while stack:
        for node in ast.iter_child_nodes(stack.pop()):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node
            else:
                stack.append(node)


@cache
def import_graph() -> grimp.ImportGraph:
    """Who imports whom, packages from outside included."""
    return grimp.build_graph("grocery", include_external_packages=True, cache_dir=None)
