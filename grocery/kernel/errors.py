"""Errors are types with data. Each has a stable code and a text in English and Vietnamese.

They are defined where they are raised and turned into `application/problem+json` (RFC 9457) in one place,
`grocery.kernel.problems`. Texts are `str.format` templates over the error's attributes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

LANGUAGES = ("en", "vi")


class DomainError(Exception):
    """Something that the caller can understand and act on; nothing was changed."""

    code: ClassVar[str]
    status: ClassVar[int] = 422
    en: ClassVar[str]
    vi: ClassVar[str]
    #: The input that is at fault, as the caller named it; None when it is not one field.
    field: str | None = None

    def text(self, language: str) -> str:
        """The message in "en" or "vi"; any other language reads English."""
        template = self.vi if language == "vi" else self.en
        return template.format_map(vars(self))

    def extra(self) -> Mapping[str, Any]:
        """What a program may want to know beside the text; members of the problem document."""
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}

    def __str__(self) -> str:
        return self.text("en")


class NotFound(DomainError):
    """There is no such thing, or it is not yours: the two look alike on purpose."""

    code = "not_found"
    status = 404
    en = "There is no {what} {key}."
    vi = "Không có {what} {key}."

    def __init__(self, what: str, key: object) -> None:
        self.what, self.key = what, str(key)


class SignInRequired(DomainError):
    code = "sign_in_required"
    status = 401
    en = "Sign in first."
    vi = "Vui lòng đăng nhập."


class Forbidden(DomainError):
    code = "forbidden"
    status = 403
    en = "Your role does not allow this."
    vi = "Vai trò của bạn không được phép làm việc này."


class Invalid(DomainError):
    """One field of the input is wrong."""

    code = "invalid"
    status = 422
    en = "{field} is not valid."
    vi = "{field} không hợp lệ."

    def __init__(self, field: str, en: str, vi: str) -> None:
        self.field, self._en, self._vi = field, en, vi

    def text(self, language: str) -> str:
        return self._vi if language == "vi" else self._en


class Conflict(DomainError):
    """The thing has moved on since you looked; look again."""

    code = "conflict"
    status = 409
    en = "This has changed in the meantime. Please look again."
    vi = "Thông tin vừa thay đổi. Vui lòng xem lại."


class TooManyRequests(DomainError):
    """Slow down. `retry_after` is in seconds and becomes the header Retry-After."""

    code = "too_many_requests"
    status = 429
    en = "Too many requests. Please try again in {retry_after} seconds."
    vi = "Quá nhiều yêu cầu. Vui lòng thử lại sau {retry_after} giây."

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after


class Unavailable(DomainError):
    """Something that we depend on does not answer; the same request may well succeed in `retry_after` seconds."""

    code = "unavailable"
    status = 503
    en = "We cannot do this right now. Please try again in {retry_after} seconds."
    vi = "Hiện chưa thể thực hiện. Vui lòng thử lại sau {retry_after} giây."

    def __init__(self, retry_after: int = 5) -> None:
        self.retry_after = retry_after
