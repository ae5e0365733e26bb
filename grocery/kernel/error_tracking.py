"""Sentry, where a DSN is given: stacks without the values of variables, bodies, cookies or people."""

from __future__ import annotations

from typing import Any

import sentry_sdk
from sentry_sdk.integrations.logging import LoggingIntegration

from grocery.kernel.scrubbing import scrub
from grocery.kernel.tracing import current_trace


def start(dsn: str, *, release: str = "") -> None:
    """Report errors to `dsn`; with an empty one do nothing."""
    if dsn:
        sentry_sdk.init(
            dsn=dsn,
            release=release or None,
            send_default_pii=False,
            include_local_variables=False,
            max_request_body_size="never",
            before_send=_before_send,  # type: ignore[arg-type]  # its Event is a TypedDict of everything
            integrations=[LoggingIntegration(event_level=None)],  # errors come from `logs.report_error`
        )


def _before_send(event: dict[str, Any], _hint: dict[str, Any]) -> dict[str, Any]:
    """Scrub all texts, keep of the request only method and path, and say which trace it was."""
    request = event.pop("request", {})
    kept: dict[str, Any] = scrub(event)
    kept["request"] = {key: request[key] for key in ("method", "url") if key in request}
    kept.pop("user", None)
    kept.setdefault("tags", {})["trace"] = current_trace()
    return kept
