"""The live role as a process of its own, and browsers that listen to it."""

from __future__ import annotations

import json
import os
import queue
import resource
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from django.conf import settings

from grocery.config.embedded import free_port, spawn, stop, wait_until
from tests.load.measure import family

PATIENCE = 10.0


@dataclass(frozen=True)
class Event:
    """One server-sent event of stock."""

    id: str
    said: dict[str, Any]

    @property
    def brief(self) -> tuple[str, float, int]:
        return self.said["sku"], self.said["available"], self.said["version"]


@dataclass
class Role:
    """A running live role."""

    url: str
    process: subprocess.Popen[bytes]
    _open: list[Stream] = field(default_factory=list)

    def listen(self, location: UUID, *skus: str, headers: dict[str, str] | None = None) -> Stream:
        stream = Stream(f"{self.url}/live/stock", {"store": str(location), "sku": list(skus)}, headers or {})
        self._open.append(stream)
        return stream

    def get(self, path: str, **parameters: Any) -> httpx.Response:
        return httpx.get(self.url + path, params=parameters, timeout=PATIENCE)

    def figure(self, name: str) -> float:
        """A figure of /metrics; 0 where it is not there yet."""
        lines = self.get("/metrics").text.splitlines()
        return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name} ")), 0.0)

    def threads(self) -> int:
        """Of the process that serves."""
        return len(list(self._worker.glob("task/*")))

    def resident(self) -> int:
        """Bytes of memory that it holds."""
        return int((self._worker / "statm").read_text().split()[1]) * resource.getpagesize()

    @property
    def _worker(self) -> Path:
        return Path("/proc", str(family(self.process.pid)[-1]))

    def hang_up(self) -> None:
        while self._open:
            self._open.pop().close()


class Stream:
    """Reads a stream in a thread of its own. `told(n)` waits for so many events."""

    def __init__(self, url: str, parameters: dict[str, Any], headers: dict[str, str]) -> None:
        self._client = httpx.Client(timeout=httpx.Timeout(PATIENCE, read=None))
        self._answer = self._client.send(
            self._client.build_request("GET", url, params=parameters, headers=headers), stream=True
        )
        self.status, self.headers = self._answer.status_code, self._answer.headers
        self._events: queue.Queue[Event | None] = queue.Queue()
        self.comments = 0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def told(self, number: int) -> list[Event]:
        """The next so many events."""
        events = [self._events.get(timeout=PATIENCE) for _ in range(number)]
        return [event for event in events if event]

    def told_at_last(self, version: int) -> list[Event]:
        """Events up to the one of this version."""
        heard = self.told(1)
        while heard[-1].said["version"] < version:
            heard += self.told(1)
        return heard

    def ended(self) -> bool:
        """Waits until the server has ended it; True if nothing more was told."""
        return self._events.get(timeout=PATIENCE) is None

    def close(self) -> None:
        """Hang up. Closing alone would wait for the thread that reads."""
        with suppress(OSError):
            self._answer.extensions["network_stream"].get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        self._reader.join(PATIENCE)
        self._answer.close()
        self._client.close()

    def _read(self) -> None:
        lines: dict[str, str] = {}
        try:
            for line in self._answer.iter_lines():
                name, _, value = line.partition(": ")
                self.comments += line.startswith(":")
                if line:
                    lines[name] = value
                elif "data" in lines:
                    self._events.put(Event(lines["id"], json.loads(lines["data"])))
                    lines = {}
        except httpx.HTTPError:
            pass  # we have hung up, or the server has
        self._events.put(None)


@contextmanager
def live_role(log: Path, **environment: str) -> Iterator[Role]:
    """A live role on the servers and the database of this test run."""
    port = free_port()
    database = settings.DATABASES["default"]["NAME"]
    url = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{database}"
    granian = [str(Path(sys.executable).with_name("granian")), "--interface=asgi", "--http=1", "--no-ws"]
    process = spawn(
        [*granian, "--host=127.0.0.1", f"--port={port}", "grocery.config.asgi:application"],
        log=log,
        env={"DATABASE_URL": url, "DATABASE_POOL": "4", "REDIS_URL": settings.REDIS_URL, **environment},
    )
    role = Role(f"http://127.0.0.1:{port}", process)
    try:
        wait_until(lambda: _answers(role.url), child=process, log=log)
        yield role
    finally:
        role.hang_up()
        stop(process)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", timeout=2).is_success
    except httpx.TransportError:
        return False
