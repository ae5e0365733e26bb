"""Measuring: CPU seconds of processes, medians, tables. Figures are for comparing within one run."""

from __future__ import annotations

import contextlib
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


def cpu_of(pids: Iterable[int]) -> dict[str, float]:
    """CPU milliseconds of each thread of these processes up to now, by the scheduler's own count."""
    used = {}
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                used[str(task)] = int(task.read_text().split()[0]) / 1_000_000
    return used


def spent(before: dict[str, float], after: dict[str, float]) -> float:
    """What was used in between; a thread that ended in between is left out."""
    return sum(now - before.get(task, 0.0) for task, now in after.items())


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


@dataclass(frozen=True)
class Cost:
    """What one call costs: median and 95th percentile of wall time, CPU of application and database; all in ms."""

    median: float
    p95: float
    app: float
    database: float


def cost[T](
    call: Callable[[T], object], *, times: int, app: int, database: int, prepare: Callable[[], T], warm_up: int = 15
) -> Cost:
    """Call it `times` times, one after the other, each time with what `prepare` made, which is not measured.

    `app` and `database` are pids whose families do the work.
    """
    for _ in range(warm_up):
        call(prepare())
    pids = family(app), family(database)
    walls, apps, databases = [], 0.0, 0.0
    for _ in range(times):
        made = prepare()
        before = cpu_of(pids[0]), cpu_of(pids[1])
        started = time.perf_counter()
        call(made)
        walls.append((time.perf_counter() - started) * 1000)
        apps += spent(before[0], cpu_of(pids[0]))
        databases += spent(before[1], cpu_of(pids[1]))
    p95 = statistics.quantiles(walls, n=20)[-1]
    return Cost(statistics.median(walls), p95, apps / times, databases / times)


def cost_in_a_row(call: Callable[[], object], *, times: int, app: int, database: int, warm_up: int = 15) -> Cost:
    """The same where nothing is to be prepared: CPU is read before the first call and after the last.

    Reading it before each call empties the processor's caches, and what is then measured is a cold call.
    """
    for _ in range(warm_up):
        call()
    pids = family(app), family(database)
    before = cpu_of(pids[0]), cpu_of(pids[1])
    walls = []
    for _ in range(times):
        started = time.perf_counter()
        call()
        walls.append((time.perf_counter() - started) * 1000)
    apps, databases = spent(before[0], cpu_of(pids[0])), spent(before[1], cpu_of(pids[1]))
    p95 = statistics.quantiles(walls, n=20)[-1]
    return Cost(statistics.median(walls), p95, apps / times, databases / times)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; numbers with two decimals where they are small."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}" if value < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
