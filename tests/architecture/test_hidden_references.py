"""What the import graph cannot see: references to another domain that hide in strings."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.source import DOMAINS, modules, package_of

RELATIONS = {"ForeignKey", "OneToOneField", "ManyToManyField", "GenericRelation"}
LOADERS = {"get_model", "import_module", "import_string", "__import__", "get_app_config"}
NAMED = re.compile(rf"^(?:grocery\.)?({'|'.join(DOMAINS)})\b")


def hidden_references(path: Path, tree: ast.Module) -> list[str]:
    """Calls in a module that name another domain in a string argument, as "line: text"."""
    found = []
    for call in [node for node in ast.walk(tree) if isinstance(node, ast.Call)]:
        function = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if function not in RELATIONS | LOADERS:
            continue
        for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                named = NAMED.match(argument.value)
                if named and named.group(1) != package_of(path):
                    found.append(f"{path}:{call.lineno}: {function}({argument.value!r})")
    return found


def test_no_string_names_another_domain():
    assert [hit for path, tree in modules().items() for hit in hidden_references(path, tree)] == []


@pytest.mark.parametrize(
    "planted",
    [
        "models.ForeignKey('catalog.Product', on_delete=models.CASCADE)",
        "models.ManyToManyField(to='accounts.User')",
        "apps.get_model('inventory', 'Lot')",
        "apps.get_model('inventory.Lot')",
        "import_module('grocery.catalog.models')",
        "import_string('grocery.payments.services.capture.capture')",
    ],
)
def test_a_planted_reference_is_found(planted: str):
    assert len(hidden_references(Path("grocery/ordering/models.py"), ast.parse(planted))) == 1


def test_a_domain_may_name_itself():
    tree = ast.parse("models.ForeignKey('ordering.Order', on_delete=models.CASCADE)")
    assert hidden_references(Path("grocery/ordering/models.py"), tree) == []
