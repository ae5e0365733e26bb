"""Answers that may be kept for a moment, and are not sent again to whoever has them."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from grocery.kernel import wire
from grocery.kernel.http import asker


def kept(
    request: HttpRequest, body: Any, seconds: int, content_type: str = wire.Renderer.content_type
) -> HttpResponse:
    """The answer, or 304 where the caller has it already; kept by everybody, or by the one who signed in."""
    content = wire.dumps(body)
    etag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
    known = request.headers.get("If-None-Match", "")
    answer: HttpResponse
    if etag in (tag.strip().removeprefix("W/") for tag in known.split(",")):
        answer = HttpResponseNotModified()
    else:
        answer = HttpResponse(content, content_type=content_type)
    whose = "private" if asker(request).id else "public"
    answer["ETag"] = etag
    answer["Cache-Control"] = f"{whose}, max-age={seconds}"
    answer["Vary"] = "Accept-Language, Authorization"
    answer["Content-Language"] = asker(request).language
    return answer
