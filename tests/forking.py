"""One fork server for all tests that kill: processes are forked in a moment from one that has read what they run.

There is one per test process, and whoever says last what it reads ahead is heard; so all say it here. A child that
had to read Django first would be killed before it has done anything.
"""

from __future__ import annotations

import multiprocessing
from multiprocessing.context import ForkServerContext

_context = multiprocessing.get_context("forkserver")
_read = ["__main__"]


def forks(module: str) -> ForkServerContext:
    """Where processes come from that run what is in this module, too."""
    if module not in _read:
        _read.append(module)
    _context.set_forkserver_preload(_read)
    return _context
