"""The alert rules speak of figures that there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from django.test import Client

RULES: Final = Path(__file__).resolve().parents[2] / "deploy/prometheus/alerts.yml"
#: What an expression is made of besides figures: text in quotes, labels in braces or after `by`, functions.
_NO_FIGURES: Final = re.compile(r"\{[^}]*\}|\bby\s*\([^)]*\)|\[[^\]]*\]|\"[^\"]*\"|\b[a-z_]+(?=\s*\()")
_NAME: Final = re.compile(r"\b[a-z_]+_[a-z_]+\b")
_SUFFIXES: Final = {"histogram": ("_bucket", "_sum", "_count")}


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"] for rule in group["rules"]]


def figures_in(expression: str) -> set[str]:
    return set(_NAME.findall(_NO_FIGURES.sub(" ", expression)))


def shown() -> Iterator[str]:
    """The name of each figure as it is scraped."""
    text = Client(REMOTE_ADDR="127.0.0.1").get("/metrics").content.decode()
    for name, kind in re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE):
        yield from (f"{name}{suffix}" for suffix in _SUFFIXES.get(kind, ("",)))


@pytest.mark.django_db
def test_each_figure_that_a_rule_names_exists():
    named = {name for rule in rules() for name in figures_in(rule["expr"])}
    assert (len(named) > 10, named - set(shown())) == (True, set())


@pytest.mark.django_db
def test_a_slip_in_a_name_would_be_seen():
    assert figures_in('max by (feed) (payments_transfer_open{a="b_c"}[1d]) > 0') - set(shown()) == {
        "payments_transfer_open"
    }


def test_each_rule_says_who_is_told_what_to_do():
    names = [rule["alert"] for rule in rules()]
    wanted = [
        rule["alert"]
        for rule in rules()
        if rule["labels"]["severity"] not in {"page", "ticket"}
        or rule["labels"]["team"] not in {"operators", "office", "store"}
        or not (rule["annotations"]["summary"] and rule["annotations"]["description"])
    ]
    assert (len(names) - len(set(names)), wanted) == (0, [])
