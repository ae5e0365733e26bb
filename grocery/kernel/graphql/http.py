"""GraphQL over HTTP (graphql.github.io/graphql-over-http): a question comes in the body or in the address.

A question that cannot be read is a problem document as everywhere; one that is read is answered with `errors`: status
400 where the query was not accepted, else 200. Only whole answers to GET may be kept.
"""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from ninja.errors import HttpError
from ninja.errors import ValidationError as InvalidInput
from pydantic import ValidationError
from pydantic_core import from_json

from grocery.kernel import wire
from grocery.kernel.etags import kept
from grocery.kernel.graphql.answering import LONGEST, Answer, Question, Service
from grocery.kernel.http import asker

#: A query, its variables, and what libraries wrap them in.
_MOST_BYTES: Final = 8 * LONGEST
_SECONDS: Final = 15
_OWN_TYPE: Final = "application/graphql-response+json"
_IN_THE_ADDRESS: Final = ("query", "operationName", "variables", "extensions")


def answer_post(service: Service, request: HttpRequest) -> HttpResponse:
    """Raises what becomes a problem document."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > _MOST_BYTES:
        raise RequestDataTooBig
    found = service.answer(_question(_json(request.body)), language=asker(request).language)
    return _sent(request, found)


def answer_get(service: Service, request: HttpRequest) -> HttpResponse:
    """Raises what becomes a problem document."""
    asked: dict[str, Any] = {name: request.GET[name] for name in _IN_THE_ADDRESS if request.GET.get(name)}
    for name in {"variables", "extensions"} & asked.keys():
        asked[name] = _json(asked[name])
    found = service.answer(_question(asked), language=asker(request).language)
    return kept(request, found.body, _SECONDS, _media_type(request)) if found.whole else _sent(request, found)


def _question(asked: Any) -> Question:
    try:
        return Question.model_validate(asked)
    except ValidationError as error:
        raise InvalidInput([{**one, "loc": ("query", *one["loc"])} for one in error.errors()]) from error


def _json(text: bytes | str) -> Any:
    """Raises HttpError for what is not JSON, and for halves of characters."""
    try:
        return from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise HttpError(400, "JSON") from error


def _sent(request: HttpRequest, found: Answer) -> HttpResponse:
    answer = HttpResponse(wire.dumps(found.body), status=found.status, content_type=_media_type(request))
    answer["Cache-Control"] = "no-store"
    answer["Content-Language"] = asker(request).language
    return answer


def _media_type(request: HttpRequest) -> str:
    return (
        f"{_OWN_TYPE}; charset=utf-8"
        if _OWN_TYPE in request.headers.get("Accept", "")
        else wire.Renderer.content_type
    )
