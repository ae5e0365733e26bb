"""A shop's end of a webhook, for the sandbox's own tests."""

from __future__ import annotations

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any


class Listener:
    """Answers `first` to the first delivery of each event and `then` to every other, `wait` seconds later."""

    def __init__(self, *, first: int = 500, then: int = 200, wait: float = 0.0) -> None:
        self._first, self._then, self._wait = first, then, wait
        self._came: list[str] = []
        self._changed = Condition()
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(listener._note(told.get("id") or f"{told['orderId']} {told['resultCode']}"))
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the base class
                """Silence."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def _note(self, event: str) -> int:
        time.sleep(self._wait)
        with self._changed:
            self._came.append(event)
            self._changed.notify_all()
            return self._then if self._came.count(event) > 1 else self._first

    def wait_for(self, count: int) -> list[str]:
        """The first so many deliveries: the id of the event, or of MoMo's order and its result code."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self._came) >= count, timeout=20)
            return self._came[:count]

    def __enter__(self) -> Listener:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._server.shutdown()
        self._server.server_close()
