"""The house stands as designed: the import contracts hold, and each of them bites."""

from __future__ import annotations

from copy import deepcopy

import grimp
import pytest
from importlinter import Contract
from importlinter.api import read_configuration
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract

from tests.architecture.source import DOMAINS, ROOT, import_graph

KINDS: dict[str, type[Contract]] = {
    "layers": LayersContract,
    "forbidden": ForbiddenContract,
    "protected": ProtectedContract,
}
CONFIGURATION = read_configuration(str(ROOT / "pyproject.toml"))


def broken_contracts(graph: grimp.ImportGraph) -> set[str]:
    """The ids of the contracts that this graph of imports breaks."""
    broken = set()
    for options in CONFIGURATION["contracts_options"]:
        contract = KINDS[options["type"]](options["name"], CONFIGURATION["session_options"], options)
        if not contract.check(deepcopy(graph), verbose=False).kept:
            broken.add(options["id"])
    return broken


def planted(importer: str, imported: str) -> grimp.ImportGraph:
    """Our graph with one import more."""
    graph = deepcopy(import_graph())
    for module in {importer, imported} - graph.modules:
        graph.add_module(module)
    graph.add_import(importer=importer, imported=imported, line_number=1, line_contents=f"import {imported}")
    return graph


def test_every_contract_holds():
    assert broken_contracts(import_graph()) == set()


@pytest.mark.parametrize(
    ("importer", "imported", "bites"),
    [
        ("grocery.catalog.services.x", "grocery.ordering.public", "house"),
        ("grocery.inventory.services.x", "grocery.delivery.public", "house"),
        ("grocery.kernel.money", "grocery.catalog.public", "house"),
        ("grocery.catalog.services.x", "grocery.ordering.events", "house"),
        ("grocery.ordering.handlers", "grocery.notifications.models", "house"),
        ("grocery.catalog.models", "grocery.catalog.services", "domain"),
        ("grocery.catalog.policies", "grocery.catalog.models", "domain"),
        ("grocery.catalog.services.x", "grocery.catalog.public", "domain"),
        ("grocery.catalog.utils", "grocery.kernel.money", "domain"),
        ("grocery.catalog.helpers", "grocery.kernel.money", "domain"),
        ("grocery.ordering.services.x", "grocery.catalog.models", "face-catalog"),
        ("grocery.ordering.services.x", "grocery.inventory.services", "face-inventory"),
        ("grocery.storefront.views", "grocery.ordering.contracts", "face-ordering"),
        ("grocery.ordering.api", "grocery.ordering.models", "faces-only"),
        ("grocery.ordering.api", "grocery.ordering.services", "faces-only"),
        ("grocery.ordering.tasks", "grocery.ordering.services", "faces-only"),
        ("grocery.catalog.public", "graphql", "graphql"),
        ("grocery.catalog.services.x", "grocery.kernel.graphql.types", "graphql"),
        ("grocery.catalog.api.graphql", "grocery.catalog.services.x", "faces-only"),
        ("grocery.ordering.events", "django", "django-free"),
        ("grocery.ordering.contracts", "django", "django-free"),
        ("grocery.ordering.policies", "redis", "django-free"),
        ("grocery.payments.services.x", "stripe", "sdks"),
        ("grocery.inventory.handlers", "google", "sdks"),
        ("grocery.storefront.views", "httpx", "sdks"),
    ],
)
def test_a_forbidden_import_breaks_its_contract(importer: str, imported: str, bites: str):
    assert bites in broken_contracts(planted(importer, imported))


def test_a_subscriber_may_name_the_fact_that_it_hears_wherever_it_comes_from():
    graph = planted("grocery.catalog.handlers", "grocery.ordering.events")
    assert broken_contracts(graph) == set()


def test_a_new_folder_is_not_a_new_domain():
    graph = deepcopy(import_graph())
    graph.add_module("grocery.common")
    assert broken_contracts(graph) == {"house"}


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_whole_inside_of_a_domain_is_protected(domain: str):
    inside = {
        module.removeprefix(f"grocery.{domain}.").split(".")[0]
        for module in import_graph().find_descendants(f"grocery.{domain}")
    }
    faces = {"apps", "public", "events", "migrations"}
    [contract] = [c for c in CONFIGURATION["contracts_options"] if c["id"] == f"face-{domain}"]
    assert {module.rsplit(".", 1)[1] for module in contract["protected_modules"]} == inside - faces
