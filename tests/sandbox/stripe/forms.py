"""Form-encoded bodies with brackets, Stripe's way of writing nested parameters: `metadata[order]=7`, `expand[]=x`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

_KEYS = re.compile(r"\[([^\]]*)\]")


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The parameters as dicts, lists and strings; `a[0]`, `a[1]` and repeated `a[]` are lists."""
    root: dict[str, Any] = {}
    for name, value in pairs:
        first, *rest = [name.partition("[")[0], *_KEYS.findall(name)]
        _put(root, first, rest, value)
    return {name: _lists(value) for name, value in root.items()}


def _put(place: dict[str, Any], key: str, rest: list[str], value: str) -> None:
    if key == "":
        key = str(len(place))
    if not rest:
        place[key] = value
        return
    inner = place.setdefault(key, {})
    if not isinstance(inner, dict):
        inner = place[key] = {}
    _put(inner, rest[0], rest[1:], value)


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _lists(item) for key, item in value.items()}
    return list(inner.values()) if inner and all(key.isdigit() for key in inner) else inner
