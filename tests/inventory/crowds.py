"""Many at once, each on a connection of its own."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection


def all_at_once(*jobs: Callable[[], object]) -> Counter[str]:
    """Run each job on a connection of its own, all starting together; how many ended how."""
    start = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> str:
        start.wait(10)
        try:
            job()
        except Exception as error:  # noqa: BLE001 - how it ended is what is asked
            return type(error).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(jobs)) as pool:
        return Counter(pool.map(run, jobs))
