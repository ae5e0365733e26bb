"""Every error has a code of its own and says in both languages only what it knows."""

from __future__ import annotations

import ast
import string
from importlib import import_module
from pathlib import Path

import pytest

from grocery.kernel.errors import DomainError

PRODUCT = Path(__file__).resolve().parents[2] / "grocery"


def _modules_with_errors() -> list[str]:
    """Modules that define a class whose base sounds like an error of ours; found by reading, not by importing all."""
    found = []
    for path in sorted(PRODUCT.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        codes = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
            and any(isinstance(line, ast.Assign) and _assigns(line, "code") for line in node.body)
        ]
        if codes:
            found.append(".".join(path.relative_to(PRODUCT.parent).with_suffix("").parts))
    return found


def _assigns(line: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in line.targets)


def _below(kind: type[DomainError]) -> set[type[DomainError]]:
    return {kind}.union(*(_below(child) for child in kind.__subclasses__()))


for _module in _modules_with_errors():
    import_module(_module.removesuffix(".__init__"))

ERRORS = sorted(
    (kind for kind in _below(DomainError) - {DomainError} if kind.__module__.startswith("grocery.")),
    key=lambda kind: f"{kind.__module__}.{kind.__qualname__}",
)


def _attributes(kind: type[DomainError]) -> set[str]:
    """What an error of this kind has at hand: what its `__init__` (or that of the next one up) sets."""
    for ancestor in kind.__mro__:
        if "__init__" in vars(ancestor) and ancestor.__module__.startswith("grocery."):
            return set(ancestor.__init__.__code__.co_names) | {"field"}
    return set()


def _named(template: str) -> set[str]:
    """The attributes that a template reads: of `{amount.minor}` and `{lines[0]}` the part in front."""
    names = (name for _, name, _, _ in string.Formatter().parse(template) if name is not None)
    return {name.partition(".")[0].partition("[")[0] for name in names}


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__qualname__)
def test_an_error_has_a_code_of_its_own(kind: type[DomainError]):
    # A subclass that says something more special may keep its parent's code, because the caller does the same about it.
    strangers = [
        other
        for other in ERRORS
        if other.code == kind.code and not issubclass(other, kind) and not issubclass(kind, other)
    ]
    assert strangers == []


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__qualname__)
def test_a_code_is_written_in_snake_case(kind: type[DomainError]):
    assert kind.code == kind.code.lower().replace("-", "_").replace(" ", "_")


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__qualname__)
def test_a_status_blames_the_caller_or_asks_him_to_come_back(kind: type[DomainError]):
    assert 400 <= kind.status < 500 or kind.status == 503


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__qualname__)
def test_an_error_speaks_and_names_only_what_it_has(kind: type[DomainError], language: str):
    template = getattr(kind, language)
    assert (bool(template.strip()), _named(template) - _attributes(kind)) == (True, set())


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__qualname__)
def test_both_languages_tell_the_same_facts(kind: type[DomainError]):
    assert _named(kind.en) == _named(kind.vi)


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__qualname__)
def test_the_vietnamese_text_is_not_the_english_one(kind: type[DomainError]):
    assert kind.vi != kind.en


def test_errors_of_all_layers_are_found():
    assert {"NotFound", "IdempotencyKeyReused"} <= {kind.__name__ for kind in ERRORS}


class _Planted(DomainError):
    code = "planted"
    en = "There are {missing} left."
    vi = "Còn {left}."

    def __init__(self, left: int) -> None:
        self.left = left


def test_a_text_that_names_what_the_error_does_not_have_is_found():
    assert _named(_Planted.en) - _attributes(_Planted) == {"missing"}
