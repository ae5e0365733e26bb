"""JSON on the wire: decimals are exact in both directions, money is whole đồng, moments are UTC.

* `Decimal` is written as the JSON number it is, without needless zeros: `0.45`, `2`. It is read back exactly, never
  through a binary float.
* `Money` is written as the integer of its minor unit; the currency stands beside it where it could be another one.
* `datetime` is RFC 3339 with `Z`; `UUID` and enums are strings; dataclasses are objects.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, NoReturn

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from ninja.parser import Parser as NinjaParser
from ninja.renderers import BaseRenderer
from pydantic import BaseModel, BeforeValidator

from grocery.kernel.money import Money
from grocery.kernel.quantity import plain

_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS


def dumps(value: Any) -> bytes:
    """`value` as JSON. Raises TypeError for what has no exact JSON form: NaN, sets, model instances."""
    return orjson.dumps(value, default=_other, option=_OPTIONS)


def pretty(value: Any) -> str:
    """`value` as JSON for people, indented."""
    return orjson.dumps(value, default=_other, option=_OPTIONS | orjson.OPT_INDENT_2).decode()


def loads(text: bytes | str) -> Any:
    """Read JSON; numbers with a point become Decimal. Raises ValueError for anything that is not JSON (RFC 8259)."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_not_json)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def response(value: Any, *, status: int = 200) -> HttpResponse:
    """`value` as a JSON answer, without the detour through a schema; for hot reads."""
    return HttpResponse(dumps(value), status=status, content_type=Renderer.content_type)


def _other(value: Any) -> Any:
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, Money):
        return value.minor
    if is_dataclass(value) and not isinstance(value, type):
        return {member.name: getattr(value, member.name) for member in fields(value)}
    if isinstance(value, BaseModel):
        return value.model_dump()
    if isinstance(value, Promise):  # a text that waits for its language
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


@lru_cache(maxsize=4096)
def _number(value: Decimal) -> orjson.Fragment:
    """Quantities are mostly small and round: of fifty, most were written a moment ago."""
    if not value.is_finite():
        raise TypeError(f"{value} is not a JSON number")
    return orjson.Fragment(plain(value).encode())


def _not_json(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _minor(value: Any) -> Any:
    return value.minor if isinstance(value, Money) else value


#: For response schemas: a Money, shown as its whole number of đồng.
Dong = Annotated[int, BeforeValidator(_minor)]


class Renderer(BaseRenderer):
    """Writes ninja's answers."""

    media_type = "application/json"
    content_type = "application/json; charset=utf-8"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:  # noqa: ARG002 - ninja's interface
        return dumps(data)


class Parser(NinjaParser):
    """Reads ninja's request bodies."""

    def parse_body(self, request: HttpRequest) -> Any:
        return loads(request.body)
