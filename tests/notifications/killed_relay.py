"""A relay that is killed (SIGKILL) at one moment of telling a customer something; forked from what read Django."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import django

django.setup()

from django.conf import settings  # noqa: E402 - Django first
from django.db import connection  # noqa: E402 - Django first

from grocery.kernel.outbox import relay  # noqa: E402 - Django first
from grocery.notifications.gateways.mailer import LocalOutbox  # noqa: E402 - Django first
from grocery.notifications.models import MessageQuerySet  # noqa: E402 - Django first
from grocery.notifications.services import queue_message  # noqa: E402 - Django first


def _die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _after(done: Callable[..., Any]) -> Callable[..., Any]:
    """Do it, then die."""

    def and_die(*args: Any, **kwargs: Any) -> None:
        done(*args, **kwargs)
        _die()

    return and_die


def run(database: str, outbox: Path, seam: str) -> None:
    """Deliver what is owed in that database, until death; mail is kept in that folder."""
    connection.settings_dict["NAME"] = database
    settings.MAIL_OUTBOX = outbox
    moments = {
        "while it is being written": patch.object(queue_message, "publish", _die),
        "before it is sent": patch.object(LocalOutbox, "send", _die),
        "after it is sent": patch.object(LocalOutbox, "send", _after(LocalOutbox.send)),
        "after it is marked": patch.object(MessageQuerySet, "end", _after(MessageQuerySet.end)),
    }
    with moments[seam]:
        relay.drain()
