"""A proxy that holds back everything that is sent, as if the database stood in another machine."""

from __future__ import annotations

import contextlib
import multiprocessing
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def delaying(port: int, *, milliseconds: float) -> Iterator[int]:
    """The port of a proxy to `port` that adds so much to each round trip, in a process of its own."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening:
        process = multiprocessing.get_context("fork").Process(
            target=_serve, args=(listening, port, milliseconds / 1000), daemon=True
        )
        process.start()
        try:
            yield listening.getsockname()[1]
        finally:
            process.kill()
            process.join()


def _serve(listening: socket.socket, port: int, delay: float) -> None:
    while True:
        client, _ = listening.accept()
        server = socket.create_connection(("127.0.0.1", port))
        for side in (client, server):
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_pass_on, args=(client, server, delay), daemon=True).start()
        threading.Thread(target=_pass_on, args=(server, client, 0), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket, delay: float) -> None:
    """The whole delay lies on the way there: a round trip is one question and one answer."""
    with contextlib.suppress(OSError):
        while said := source.recv(65536):
            if delay:
                time.sleep(delay)
            target.sendall(said)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
