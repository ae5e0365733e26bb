"""Stripe's errors: https://docs.stripe.com/api/errors."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """`began`: the work had started, so that the answer is kept under the idempotency key and repeated."""

    def __init__(
        self,
        status: int,
        kind: str,
        message: str,
        *,
        code: str = "",
        param: str = "",
        began: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status, self.began = status, began
        members = {"type": kind, "message": message, "code": code, "param": param, **more}
        self.body = {"error": {name: value for name, value in members.items() if value not in ("", None)}}


def invalid(message: str, *, param: str = "", code: str = "") -> ApiError:
    """A parameter is wrong; nothing was done, nothing is remembered."""
    return ApiError(400, "invalid_request_error", message, param=param, code=code)


def missing(kind: str, key: str) -> ApiError:
    return ApiError(404, "invalid_request_error", f"No such {kind}: '{key}'", param="id", code="resource_missing")
