"""Measuring: CPU seconds of processes, medians, tables. Figures are for comparing within one run."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_of(pids: Iterable[int]) -> float:
    """CPU seconds, user and system, that these processes have used up to now; an ended one counts as nothing."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / _TICKS


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


def cost(call: Callable[[], object], *, times: int, app: int, database: int, warm_up: int = 20) -> Cost:
    """Call it `times` times, one after the other; `app` and `database` are pids whose families do the work."""
    for _ in range(warm_up):
        call()
    apps, databases = family(app), family(database)
    before = cpu_of(apps), cpu_of(databases)
    walls = []
    for _ in range(times):
        started = time.perf_counter()
        call()
        walls.append((time.perf_counter() - started) * 1000)
    after = cpu_of(apps), cpu_of(databases)
    return Cost(
        median=statistics.median(walls),
        p95=statistics.quantiles(walls, n=20)[-1],
        app=(after[0] - before[0]) * 1000 / times,
        database=(after[1] - before[1]) * 1000 / times,
    )


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; numbers with two decimals where they are small."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}" if value < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
