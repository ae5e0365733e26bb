"""A whole shop on real servers, for those who use it from outside: journeys, browsers, benchmarks, scripts."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from grocery.config import messages
from grocery.config.demo import FILLED
from grocery.config.embedded import Postgres, Valkey, free_port, wait_until
from grocery.config.processes import Shop

#: What each of them has beyond its servers.
_ENVIRONMENT = {"FIRESTORE_PROJECT": "", "DATABASE_POOL": "8"}
#: Valkey's database of the shop that is copied.
_PREPARED = 13


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


def migrated() -> str:
    """A database of this test run, migrated once for all, to be copied: nobody is connected to it."""
    servers = Path(os.environ["TEST_SERVERS"])
    with (servers / "migrated.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (servers / "migrated").exists():
            _create_database("migrated")
            shop = Shop(servers, free_port(), free_port(), _settings("migrated", _PREPARED))
            shop.manage("migrate", "--verbosity=0")
            (servers / "migrated").touch()
    return "migrated"


@contextmanager
def opened_among_the_tests(name: str, *, valkey: int, roles: Sequence[str]) -> Iterator[Shop]:
    """A demo shop on the servers of this test run, with a database of that name and Valkey's of that number.

    What it begins with is prepared once for all of them, by whoever comes first, and copied.
    """
    servers = Path(os.environ["TEST_SERVERS"])
    prepared = servers / "prepared"
    with (servers / "prepared.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (prepared / FILLED).exists():
            _create_database("prepared", like=migrated())
            _prepare(Shop(prepared, free_port(), free_port(), _settings("prepared", _PREPARED)), skus=400)
    _create_database(name, like="prepared")
    _copy_valkey(_PREPARED, valkey)
    environment = {**_settings(name, valkey), "STATIC_ROOT": str(prepared / "static")}
    with _running(Shop(servers / name, free_port(), free_port(), environment), roles) as shop:
        yield shop


def _settings(database: str, valkey: int) -> dict[str, str]:
    return {
        **_ENVIRONMENT,
        "DATABASE_URL": os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{database}",
        "REDIS_URL": os.environ["REDIS_URL"].rsplit("/", 1)[0] + f"/{valkey}",
        "SECRET_KEY": os.environ["SECRET_KEY"],
        "JWT_PRIVATE_KEY": os.environ["JWT_PRIVATE_KEY"],
    }


def _create_database(name: str, *, like: str = "template1") -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {like}")


def _copy_valkey(source: int, target: int) -> None:
    """What is shown of stock."""
    with redis.Redis.from_url(os.environ["REDIS_URL"].rsplit("/", 1)[0] + f"/{source}") as client:
        for key in client.scan_iter(count=1000):
            client.copy(key, key, destination_db=target)


@contextmanager
def opened(home: Path, environment: dict[str, str], *, roles: Sequence[str], skus: int = 400) -> Iterator[Shop]:
    """The demo shop: migrated, filled, these of its processes running."""
    shop = Shop(home, free_port(), free_port(), environment)
    _prepare(shop, skus=skus)
    with _running(shop, roles):
        yield shop


def _prepare(shop: Shop, *, skus: int) -> None:
    messages.compile_messages()
    shop.home.mkdir(parents=True, exist_ok=True)
    # The API's documentation page is 24 MB of source maps, which take longer to compress than all the rest to start.
    shop.manage("collectstatic", "--no-input", "--verbosity=0", "--ignore=ninja", "--ignore=django_htmx")
    shop.manage("prepare_demo", f"--skus={skus}")


@contextmanager
def _running(shop: Shop, roles: Sequence[str]) -> Iterator[Shop]:
    with shop.running(roles):
        if "relay" in roles:
            wait_for_relay(shop)
        yield shop
    shutil.rmtree(shop.home, ignore_errors=True)


def wait_for_relay(shop: Shop) -> None:
    """Until its relay hears of facts. It answers on no port, and on a busy machine takes as long as any patience."""
    listening = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s"
    with psycopg.connect(shop.environment["DATABASE_URL"], autocommit=True) as connection:
        wait_until(
            lambda: connection.execute(listening, ["grocery-relay-listener"]).fetchone(),
            child=shop.processes["relay"],
            log=shop.log("relay"),
        )
