"""Every error has a code of its own and says in both languages only what it knows."""

from __future__ import annotations

import ast
import string
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import is_dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from importlib import import_module
from pathlib import Path
from types import FunctionType, NoneType, UnionType
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import pytest

from grocery.kernel import wire
from grocery.kernel.errors import DomainError
from grocery.kernel.money import Money, dong

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


def _sample(wanted: Any) -> Any:
    """Some value of this type, as an error might be given."""
    if wanted in _SAMPLES:
        return _SAMPLES[wanted]
    if isinstance(wanted, NewType):
        return _sample(wanted.__supertype__)
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return next(iter(wanted))
    if isinstance(wanted, type) and is_dataclass(wanted):
        return wanted(**_arguments(vars(wanted)["__init__"]))
    return _sample_of_several(get_origin(wanted), [_sample(part) for part in get_args(wanted) if part is not ...])


def _sample_of_several(origin: Any, parts: list[Any]) -> Any:
    if origin in {Union, UnionType}:
        return parts[0]
    if origin in {dict, Mapping}:
        return {parts[0]: parts[1]}
    assert origin in {list, tuple, set, frozenset, Sequence, Iterable, Collection}, f"no sample of {origin}"
    return (list if origin in {Sequence, Iterable, Collection} else origin)(parts)


_SAMPLES: dict[Any, Any] = {
    str: "milk",
    object: "milk",
    int: 7,
    bool: True,
    NoneType: None,
    Decimal: Decimal("0.450"),
    Money: dong(12_000),
    UUID: UUID(int=7),
    date: date(2026, 11, 21),
    datetime: datetime(2026, 11, 21, 9, 30, tzinfo=UTC),
    timedelta: timedelta(minutes=5),
}


def _example(kind: type[DomainError]) -> DomainError:
    """An error of this kind, with an argument of the right type for each parameter."""
    maker = next(vars(step)["__init__"] for step in kind.__mro__ if "__init__" in vars(step))
    return kind(**_arguments(maker)) if isinstance(maker, FunctionType) else kind()


def _arguments(maker: FunctionType) -> dict[str, Any]:
    hints = get_type_hints(maker)
    return {name: _sample(wanted) for name, wanted in hints.items() if name != "return"}


def _named(template: str) -> set[str]:
    """What a text tells: of `{price.minor}` the price, since each language may name another part of a thing."""
    return {name.partition(".")[0] for _, name, _, _ in string.Formatter().parse(template) if name is not None}


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__qualname__)
def test_an_error_has_a_code_of_its_own(kind: type[DomainError]):
    # A subclass that says something more special may keep its parent's code: the caller does the same about it.
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
    text = _example(kind).text(language)
    assert (bool(text.strip()), "{" in text) == (True, False)


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__qualname__)
def test_what_an_error_knows_can_be_sent(kind: type[DomainError]):
    assert isinstance(wire.loads(wire.dumps(dict(_example(kind).extra()))), dict)


#: Others are told what to say, in both languages, by whoever raises them.
SPEAKING = [kind for kind in ERRORS if hasattr(kind, "en")]


@pytest.mark.parametrize("kind", SPEAKING, ids=lambda kind: kind.__qualname__)
def test_both_languages_tell_as_much(kind: type[DomainError]):
    # The names may differ: a state goes by another word in each language.
    assert len(_named(kind.en)) == len(_named(kind.vi))


@pytest.mark.parametrize("kind", SPEAKING, ids=lambda kind: kind.__qualname__)
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
    with pytest.raises(KeyError):
        _example(_Planted).text("en")
