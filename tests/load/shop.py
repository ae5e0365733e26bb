"""A shop to measure: real servers, durable database, one web process, the demo catalogue."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from grocery.config.embedded import Postgres, Valkey, free_port
from grocery.config.processes import Shop


@dataclass
class Measured:
    """A running shop and the pids of what works for it."""

    shop: Shop
    database_pid: int

    @property
    def web_pid(self) -> int:
        return self.shop.processes["web"].pid


@contextmanager
def _servers() -> Iterator[tuple[Path, dict[str, str], Postgres]]:
    place = Path(tempfile.mkdtemp(prefix="grocery-load-", dir="/var/tmp"))
    place.chmod(0o755)
    key = ec.generate_private_key(ec.SECP256R1())
    try:
        with (
            Postgres(place / "postgres").running() as postgres,
            Valkey(None, place / "valkey.log").running() as valkey,
        ):
            yield (
                place,
                {
                    "DATABASE_URL": postgres.url,
                    "REDIS_URL": valkey.url,
                    "SECRET_KEY": os.urandom(32).hex(),
                    "JWT_PRIVATE_KEY": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
                    "FIRESTORE_PROJECT": "",
                    "LOG_FORMAT": "json",
                },
                postgres,
            )
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def migrated() -> Iterator[dict[str, str]]:
    """The environment of an empty, migrated database."""
    with _servers() as (place, environment, _):
        shop = Shop(place, free_port(), free_port(), environment)
        shop.manage("migrate", "--verbosity=0")
        yield shop.environment


@contextmanager
def open_shop(*, skus: int) -> Iterator[Measured]:
    """A shop with so many SKUs on its shelves, its web process running."""
    with _servers() as (place, environment, postgres):
        shop = Shop(place, free_port(), free_port(), environment)
        shop.manage("collectstatic", "--no-input", "--verbosity=0")
        shop.manage("prepare_demo", f"--skus={skus}")
        pid = int((postgres.home / "postmaster.pid").read_text().splitlines()[0])
        with shop.running(("web",)):
            yield Measured(shop, pid)
