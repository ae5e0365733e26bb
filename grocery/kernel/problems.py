"""Whatever goes wrong becomes one `application/problem+json` document (RFC 9457), in English or Vietnamese.

    {"type": "https://…/problems/out_of_stock", "title": …, "status": 422, "detail": …, "code": "out_of_stock",
     "field": null, "errors": [{"field": "lines.0.quantity", "in": "body", "code": "greater_than", "detail": …}],
     "request_id": …, …what the error knows beside}

`code` is stable and is what a program should look at; `title` and `detail` are for people. `errors` is there for
input that is not valid, one member per fault. Our own faults say nothing but the request id: the rest is in the log.
"""

from __future__ import annotations

from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.errors import ValidationError as InvalidInput
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from grocery.kernel import wire
from grocery.kernel.errors import DomainError, Invalid, Unavailable
from grocery.kernel.faults import faults_of
from grocery.kernel.http import language, request_id

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
#: What a database or cache that is away, too busy or too slow raises; nobody's fault, and worth trying again.
OUTAGES = (OperationalError, InterfaceError, RedisConnectionError, RedisTimeoutError)

_TITLES = {
    400: ("Bad request", "Yêu cầu không hợp lệ"),
    401: ("Sign-in required", "Cần đăng nhập"),
    402: ("Payment failed", "Thanh toán không thành công"),
    403: ("Not allowed", "Không được phép"),
    404: ("Not found", "Không tìm thấy"),
    405: ("Method not allowed", "Phương thức không được hỗ trợ"),
    409: ("Conflict", "Xung đột"),
    410: ("Gone", "Không còn nữa"),
    413: ("Too large", "Quá lớn"),
    415: ("Media type not supported", "Định dạng không được hỗ trợ"),
    422: ("Cannot be done", "Không thể thực hiện"),
    429: ("Too many requests", "Quá nhiều yêu cầu"),
    500: ("Our mistake", "Lỗi hệ thống"),
    503: ("Not available", "Tạm thời không khả dụng"),
}
_DETAILS = {
    "bad_request": ("The request cannot be understood.", "Không hiểu được yêu cầu."),
    "malformed_json": ("The body is not valid JSON.", "Nội dung không phải là JSON hợp lệ."),
    "sign_in_required": ("Sign in first.", "Vui lòng đăng nhập."),
    "forbidden": ("Your role does not allow this.", "Vai trò của bạn không được phép làm việc này."),
    "not_found": ("There is nothing at this address.", "Không có gì ở địa chỉ này."),
    "method_not_allowed": (
        "This address does not take that method.",
        "Địa chỉ này không nhận phương thức đó.",
    ),
    "too_large": ("The body is too large.", "Nội dung quá lớn."),
    "too_many_requests": (
        "Too many requests. Please try again later.",
        "Quá nhiều yêu cầu. Vui lòng thử lại sau.",
    ),
    "invalid": ("The input is not valid.", "Dữ liệu không hợp lệ."),
    "internal_error": (
        "Something went wrong on our side. Give us the request id if you ask about it.",
        "Đã có lỗi ở phía chúng tôi. Khi liên hệ, vui lòng cho biết mã yêu cầu.",
    ),
}
_CODES = {
    401: "sign_in_required",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    422: "invalid",
    429: "too_many_requests",
}
#: Members that are ours; what an error knows beside never replaces them.
_OWN = {"type", "title", "status", "detail", "code", "errors", "request_id"}


def install(api: NinjaAPI) -> None:
    """Let `api` answer every failure with a problem document, and read and write JSON exactly."""
    api.renderer, api.parser = wire.Renderer(), wire.Parser()
    for kind in (DomainError, InvalidInput, HttpError, Http404, *OUTAGES, SuspiciousOperation, Exception):
        api.add_exception_handler(kind, problem_response)


def problem_response(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    """The answer to `error`. A bug is logged with its stack and sent to the error tracker; the caller sees none."""
    error = error() if isinstance(error, type) else error
    if isinstance(error, OUTAGES):
        log.error("outage", error=type(error).__name__, exc_info=error)
        error = Unavailable()
    if isinstance(error, DomainError):
        return _domain_problem(request, error)
    if isinstance(error, InvalidInput):
        return _input_problem(request, error)
    status, code = _status_and_code(error)
    if status == 500:
        log.error("unexpected", exc_info=error)
        got_request_exception.send(sender=None, request=request)
    return problem(request, status=status, code=code)


def problem(request: HttpRequest, *, status: int, code: str, detail: str = "", **members: Any) -> HttpResponse:
    """A problem document of `status` and `code`; without `detail` the general text of the code or status."""
    column = 1 if language(request) == "vi" else 0
    title = _TITLES.get(status, _TITLES[400 if status < 500 else 500])[column]
    document = {
        "type": f"{settings.PUBLIC_URL}/problems/{code}",
        "title": title,
        "status": status,
        "detail": detail or (_DETAILS[code][column] if code in _DETAILS else title),
        "code": code,
        "field": None,
        "request_id": request_id(request),
        **{name: value for name, value in members.items() if name not in _OWN - {"errors"}},
    }
    answer = HttpResponse(wire.dumps(document), status=status, content_type=MEDIA_TYPE)
    answer["Content-Language"] = language(request)
    answer["Cache-Control"] = "no-store"
    if status == 401:
        answer["WWW-Authenticate"] = "Bearer"
    if "retry_after" in members:
        answer["Retry-After"] = str(members["retry_after"])
    return answer


def _domain_problem(request: HttpRequest, error: DomainError) -> HttpResponse:
    text = error.text(language(request))
    members = dict(error.extra()) | {"field": error.field}
    if isinstance(error, Invalid):
        members["errors"] = [{"field": error.field, "in": "body", "code": error.code, "detail": text}]
    return problem(request, status=error.status, code=error.code, detail=text, **members)


def _input_problem(request: HttpRequest, error: InvalidInput) -> HttpResponse:
    faults = faults_of(error.errors, language(request))
    first = faults[0]
    detail = f"{first['field']}: {first['detail']}" if first["field"] else first["detail"]
    return problem(request, status=422, code="invalid", detail=detail, field=first["field"], errors=faults)


def _status_and_code(error: BaseException) -> tuple[int, str]:
    match error:
        case HttpError(status_code=400) if error.__cause__:
            # Ninja wraps whatever happens while it reads a body in a 400.
            unreadable = isinstance(error.__cause__, ValueError | TypeError)
            return (400, "malformed_json") if unreadable else _status_and_code(error.__cause__)
        case HttpError(status_code=status):
            return status, _CODES.get(status, "bad_request" if status < 500 else "internal_error")
        case Http404():
            return 404, "not_found"
        case RequestDataTooBig():
            return 413, "too_large"
        case SuspiciousOperation() | UnreadablePostError():
            return 400, "bad_request"
        case _:
            return 500, "internal_error"
