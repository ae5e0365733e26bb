"""The live role: what stays open. `granian --interface asgi grocery.config.asgi:application`"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "grocery.config.live_settings"

from django.core.asgi import get_asgi_application
from django.core.signals import request_started
from django.db import close_old_connections, reset_queries

http = get_asgi_application()
# Django would start a thread for each request to tell them, and keep it until the stream ends. What reads the
# database here looks after its connection itself.
request_started.disconnect(close_old_connections)
request_started.disconnect(reset_queries)


class Application:
    """HTTP goes to Django. A server that waits for open streams to end would wait for ever: SIGTERM ends them."""

    def __init__(self) -> None:
        self._hears_the_end = False

    async def __call__(self, scope: dict[str, Any], receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            self._hear_the_end()
            await http(scope, receive, send)

    async def _live(self, receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
        while (await receive())["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        end_streams()
        await send({"type": "lifespan.shutdown.complete"})

    def _hear_the_end(self) -> None:
        """With the first request, when the server has set its own handlers; those are called too."""
        if not self._hears_the_end:
            self._hears_the_end = True
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, _and_then(signal.getsignal(number), loop))


def _and_then(
    before: signal.Handlers | int | Callable[[int, FrameType | None], Any] | None, loop: asyncio.AbstractEventLoop
) -> Callable[[int, FrameType | None], None]:
    """End the streams, besides what was to happen. (asyncio's own handlers are told by another way in any case.)"""

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(end_streams)
        if callable(before):
            before(number, frame)

    return handle


def end_streams() -> None:
    """Close what is open; browsers come back to another process."""
    from grocery.config.live_urls import live

    live.close()


application = Application()
