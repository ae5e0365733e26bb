"""Many connections at once: processes with threads, all starting together, each doing one thing over and over."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

#: More than there are cores, so that a process that waits for its lock on Python leaves no core idle.
PROCESSES = 4
_forks = multiprocessing.get_context("fork")

#: Made once per connection, in its thread; called with 0, 1, 2 … until the time is up. Returns what became of it.
type Worker = Callable[[int], str]


@dataclass
class Ran:
    """Every call: when it began and ended (seconds of the machine's monotonic clock), and what became of it."""

    seconds: float
    calls: list[tuple[float, float, str]] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.calls) / self.seconds

    def took(self) -> list[float]:
        """Milliseconds of each call, the shortest first."""
        return sorted((ended - began) * 1000 for began, ended, _outcome in self.calls)


def together(
    make: Callable[[int], Worker],
    *,
    connections: int,
    seconds: float,
    port: int | None = None,
    warm_up: float = 1.0,
    calls: int | None = None,
) -> Ran:
    """Let so many connections work for so long, or do so many `calls` each; `port`: the database's, if another.

    `make(number)` gives each connection its work. What happens while it warms up does not count.
    """
    processes = min(PROCESSES, connections)
    pipes, children = [], []
    start = time.monotonic() + 1.0
    for process in range(processes):
        ours, theirs = _forks.Pipe()
        numbers = range(process, connections, processes)
        child = _forks.Process(
            target=_work, args=(make, numbers, start, start + warm_up, seconds, calls, port, theirs), daemon=True
        )
        child.start()
        pipes.append(ours)
        children.append(child)
    ran = Ran(seconds)
    for pipe in pipes:
        ran.calls += pipe.recv()
    for child in children:
        child.join()
    if calls is not None:
        ran.seconds = max(call[1] for call in ran.calls) - start
    return ran


def _work(
    make: Callable[[int], Worker],
    numbers: range,
    start: float,
    counted_from: float,
    seconds: float,
    calls: int | None,
    port: int | None,
    answer: Any,
) -> None:
    from django.db import connections

    if port:
        connections.databases["default"]["PORT"] = str(port)
    until = counted_from + seconds

    def one(number: int) -> list[tuple[float, float, str]]:
        work, done, turn = make(number), [], 0
        time.sleep(max(0.0, start - time.monotonic()))
        while (began := time.monotonic()) < until and (calls is None or turn < calls):
            outcome = work(turn)
            turn += 1
            if calls is not None or began >= counted_from:
                done.append((began, time.monotonic(), outcome))
        connections.close_all()
        return done

    with ThreadPoolExecutor(len(numbers)) as pool:
        answer.send([call for calls_of_one in pool.map(one, numbers) for call in calls_of_one])
