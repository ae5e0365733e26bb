"""Lets `./manage.py …` on a developer's machine find the servers of a running `make demo`."""

from __future__ import annotations

import json
import os

from grocery.config.embedded import state_dir


def adopt_demo_environment() -> None:
    """Take over the environment of the demo, unless DATABASE_URL says where to go."""
    written = state_dir() / "environment.json"
    if "DATABASE_URL" not in os.environ and written.exists():
        for name, value in json.loads(written.read_text(encoding="utf-8")).items():
            os.environ.setdefault(name, value)
