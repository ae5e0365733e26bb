"""A database to measure on: a PostgreSQL of its own with fsync on, migrated, and Django on it in this process."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grocery.config.embedded import Postgres, state_dir


@contextmanager
def fresh(redis_url: str = "redis://127.0.0.1:1/0") -> Iterator[Postgres]:
    """Django on a fresh cluster, migrated; with nobody at `redis_url` unless told. Once per process."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=state_dir()) as place:
        Path(place).chmod(0o755)
        with Postgres(Path(place) / "postgres").running() as postgres:
            os.environ |= {
                "DATABASE_URL": postgres.url,
                "DATABASE_POOL": "0",
                "REDIS_URL": redis_url,
                "SECRET_KEY": "only for measuring, only for measuring",
                "JWT_PRIVATE_KEY": "none",
                "LOG_LEVEL": "ERROR",
                "DJANGO_SETTINGS_MODULE": "grocery.config.settings",
            }
            import django

            django.setup()
            from django.core.management import call_command
            from django.db import connection

            call_command("migrate", verbosity=0)
            connection.close()
            yield postgres
