"""Just enough HTTP: routes, bodies, and answers that never come."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

LARGEST_BODY = 1_000_000


@dataclass(frozen=True)
class Request:
    """`headers` have lower-case names; `query` and `form` are pairs in the order in which they came."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes
    raw_query: str = ""

    @property
    def form(self) -> tuple[tuple[str, str], ...]:
        return tuple(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def json(self) -> Any:
        return json.loads(self.body or b"{}")

    @property
    def host(self) -> str:
        """Where the client found us."""
        return f"http://{self.headers['host']}"


@dataclass(frozen=True)
class Response:
    """`cut`: close the connection without a word. `wait`: seconds to keep the client waiting first."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    wait: float = 0.0


def json_response(document: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    body = json.dumps(document, indent=2).encode()
    return Response(status, body, {"Content-Type": "application/json", **(headers or {})})


def html_response(text: str) -> Response:
    return Response(200, text.encode(), {"Content-Type": "text/html; charset=utf-8"})


def redirect(url: str) -> Response:
    return Response(303, b"", {"Location": url})


View = Callable[..., Response]


class Routes:
    """Which view answers which method and path; `{name}` in a pattern is one segment."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, re.Pattern[str], View]] = []

    def add(self, method: str, pattern: str, view: View) -> None:
        regex = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern) + "$")
        self._routes.append((method, regex, view))

    def answer(self, request: Request) -> Response:
        for method, pattern, view in self._routes:
            match = pattern.match(request.path)
            if match and method == request.method:
                return view(request, **match.groupdict())
        return json_response({"error": {"type": "invalid_request_error", "message": "Unrecognized request URL"}}, 404)


def serve(port: int, routes: Routes) -> ThreadingHTTPServer:
    """A server on the loopback interface that answers by `routes`; the caller runs it."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if length > LARGEST_BODY:
                self.close_connection = True
                return self.send_error(413)
            body = self.rfile.read(length)
            address = urlsplit(self.path)
            response = routes.answer(
                Request(
                    method=self.command,
                    path=address.path,
                    query=tuple(parse_qsl(address.query, keep_blank_values=True)),
                    headers={name.lower(): value for name, value in self.headers.items()},
                    body=body,
                    raw_query=address.query,
                )
            )
            return self._write(response)

        do_GET = do_POST = do_DELETE = do_OPTIONS = _answer  # noqa: N815 - the names that the base class calls

        def _write(self, response: Response) -> None:
            time.sleep(response.wait)
            if response.cut:
                self.close_connection = True
                return
            self.send_response(response.status)
            for name, value in response.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(response.body)))
            self.end_headers()
            self.wfile.write(response.body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the base class
            """Silence: what was asked is in the request log of each provider."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that went away is not news; anything else is printed by the base class."""
            import sys

            if not isinstance(sys.exception(), ConnectionError):
                super().handle_error(request, client_address)

    return Server(("127.0.0.1", port), Handler)
