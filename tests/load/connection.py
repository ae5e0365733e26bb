"""HTTP with bare sockets, one thread for all connections: what the client costs is little, and not the web's."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked; `headers` as lines that end with CRLF."""

    target: str
    method: str = "GET"
    headers: str = ""
    body: str = ""

    def encoded(self) -> bytes:
        body = self.body.encode()
        about = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
        return f"{self.method} {self.target} HTTP/1.1\r\nHost: localhost\r\n{self.headers}{about}\r\n".encode() + body


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    milliseconds: float


class Connection:
    """One connection that is kept, just as much of HTTP as our own answers need."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.begun, self.got = 0.0, b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.socket.close()

    def ask(self, request: Request) -> None:
        self.got, self.begun = b"", time.perf_counter()
        self.socket.sendall(request.encoded())

    def answered(self) -> Answer | None:
        """What came back, once all of it is there, and the milliseconds since it was asked."""
        self.got += (came := self.socket.recv(1 << 18))
        assert came, "the server hung up"
        head, end, body = self.got.partition(b"\r\n\r\n")
        if not end or len(body) < int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0):
            return None
        return Answer(int(head[9:12]), body, (time.perf_counter() - self.begun) * 1000)


def crowd(
    port: int, following: Callable[[], Request | None], *, connections: int, good: Collection[int]
) -> list[Answer]:
    """Let each of so many connections ask what is `following` as soon as it is answered, until there is nothing.

    Fails when an answer has another status than the good ones.
    """
    answers: list[Answer] = []
    with selectors.DefaultSelector() as waiting, ExitStack() as opened:
        for _number in range(connections):
            if request := following():
                connection = opened.enter_context(Connection(port))
                waiting.register(connection.socket, selectors.EVENT_READ, connection)
                connection.ask(request)
        while waiting.get_map():
            for key, _events in waiting.select():
                if (answer := key.data.answered()) is None:
                    continue
                assert answer.status in good, answer
                answers.append(answer)
                if request := following():
                    key.data.ask(request)
                else:
                    waiting.unregister(key.fileobj)
    return answers
