"""Logging: one line per thing that happened, as JSON for machines or in colour for people.

`structlog.get_logger()` is what the product uses; what libraries log through `logging` comes out in the same form.
Every line carries the request id and trace of the work it belongs to, and is scrubbed of secrets.
"""

from __future__ import annotations

import sys
from typing import Any, Literal

import orjson
import sentry_sdk
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from grocery.kernel.scrubbing import scrub

#: Fields that we make ourselves; not worth the search.
_OURS = {
    *("timestamp", "level", "logger", "request_id", "trace", "_record", "_from_structlog", "exc_info"),
    *("method", "route", "status", "milliseconds", "sql"),
}


def configure(*, form: Literal["json", "console"], level: str) -> dict[str, Any]:
    """Set up structlog; returns the value for Django's LOGGING.

    Our own lines do not pass through `logging`, whose records would cost as much again as making the line.
    """
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    context, rendering = structlog.contextvars.merge_contextvars, _rendering(form)
    structlog.configure(
        processors=[context, _add_name, structlog.processors.add_log_level, stamp, report_error, *rendering],
        logger_factory=_Lines,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    foreign = [context, structlog.stdlib.add_logger_name, structlog.stdlib.add_log_level, stamp, report_error]
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": foreign,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"structured": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            # Its lines about 4xx and 5xx answers are in our own line per request.
            "django.request": {"level": "CRITICAL"},
            "django.server": {"handlers": [], "level": "CRITICAL", "propagate": False},
        },
    }


class _Lines:
    """Writes finished lines to standard error, each in one piece, whichever thread it comes from."""

    def __init__(self, name: str = "") -> None:
        self.name = name

    def msg(self, line: str) -> None:
        sys.stderr.write(f"{line}\n")

    debug = info = warning = error = critical = exception = msg


def _add_name(logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    event["logger"] = logger.name
    return event


def _rendering(form: Literal["json", "console"]) -> list[Processor]:
    if form == "json":
        return [structlog.processors.format_exc_info, scrub_event, structlog.processors.JSONRenderer(_to_json)]
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    return [structlog.processors.format_exc_info, scrub_event, console]


def scrub_event(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Take secrets and personal data out of a line."""
    return {key: value if key in _OURS else scrub(value, name=key) for key, value in event.items()}


def report_error(_logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Send an exception that is logged as an error to the error tracker, where there is one."""
    error = event.get("exc_info")
    if method in {"error", "critical", "exception"} and isinstance(error, BaseException):
        sentry_sdk.capture_exception(error)
    return event


def _to_json(event: Any, **_options: Any) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z).decode()
