"""A whole shop on real servers, for those who use it from outside: journeys, browsers, benchmarks, scripts."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from grocery.config import messages
from grocery.config.embedded import Postgres, Valkey, free_port
from grocery.config.processes import Shop

#: What each of them has beyond its servers.
_ENVIRONMENT = {"FIRESTORE_PROJECT": "", "DATABASE_POOL": "8"}


@dataclass(frozen=True)
class Servers:
    """A PostgreSQL and a Valkey for one shop, a folder to keep its files in, and the settings that name them."""

    home: Path
    environment: dict[str, str]
    postgres: Postgres


@contextmanager
def servers_of_its_own(*, durable: bool) -> Iterator[Servers]:
    """Servers on a real disk, ended and forgotten afterwards; `durable`: with fsync, as in production."""
    home = Path(tempfile.mkdtemp(prefix="grocery-", dir="/var/tmp"))
    home.chmod(0o755)
    key = ec.generate_private_key(ec.SECP256R1())
    postgres, valkey = Postgres(home / "postgres", durable=durable), Valkey(None, home / "valkey.log")
    try:
        with postgres.running(), valkey.running():
            pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
            secrets = {"SECRET_KEY": os.urandom(32).hex(), "JWT_PRIVATE_KEY": pem}
            environment = {**_ENVIRONMENT, "DATABASE_URL": postgres.url, "REDIS_URL": valkey.url, **secrets}
            yield Servers(home, environment, postgres)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def database_of_the_tests(name: str, *, valkey: int) -> dict[str, str]:
    """The settings of a new database of that name and of Valkey's of that number, on the servers of this test run."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return {
        **_ENVIRONMENT,
        "DATABASE_URL": os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{name}",
        "REDIS_URL": os.environ["REDIS_URL"].rsplit("/", 1)[0] + f"/{valkey}",
        "SECRET_KEY": os.environ["SECRET_KEY"],
        "JWT_PRIVATE_KEY": os.environ["JWT_PRIVATE_KEY"],
    }


@contextmanager
def opened(home: Path, environment: dict[str, str], *, roles: Sequence[str], skus: int = 400) -> Iterator[Shop]:
    """The demo shop: migrated, filled, these of its processes running."""
    messages.compile_messages()
    home.mkdir(parents=True, exist_ok=True)
    shop = Shop(home, free_port(), free_port(), environment)
    # The API's documentation page is 24 MB of source maps, which take longer to compress than all the rest to start.
    shop.manage("collectstatic", "--no-input", "--verbosity=0", "--ignore=ninja", "--ignore=django_htmx")
    shop.manage("prepare_demo", f"--skus={skus}")
    with shop.running(roles):
        yield shop
    shutil.rmtree(home, ignore_errors=True)
