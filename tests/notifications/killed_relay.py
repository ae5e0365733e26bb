"""A relay that is killed (SIGKILL) at one moment of telling a customer something. Run as a process of its own.

python -m tests.notifications.killed_relay SEAM
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import django


def _die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _after(done: Callable[..., Any]) -> Callable[..., Any]:
    """Do it, then die."""

    def and_die(*args: Any, **kwargs: Any) -> None:
        done(*args, **kwargs)
        _die()

    return and_die


def main(seam: str) -> None:
    django.setup()
    from grocery.kernel.outbox import relay
    from grocery.notifications.gateways.mailer import LocalOutbox
    from grocery.notifications.models import MessageQuerySet
    from grocery.notifications.services import queue_message

    moments = {
        "while it is being written": patch.object(queue_message, "publish", _die),
        "before it is sent": patch.object(LocalOutbox, "send", _die),
        "after it is sent": patch.object(LocalOutbox, "send", _after(LocalOutbox.send)),
        "after it is marked": patch.object(MessageQuerySet, "end", _after(MessageQuerySet.end)),
    }
    with moments[seam]:
        relay.drain()


if __name__ == "__main__":
    main(sys.argv[1])
