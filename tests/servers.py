"""Real servers for the tests, started before Django reads its settings. Loaded early: `-p tests.servers`.

One PostgreSQL and one Valkey per run; every parallel worker has a database and a Valkey database of its own.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from xdist.scheduler import LoadScopeScheduling

from grocery.config import messages
from grocery.config.embedded import Firestore, Postgres, Valkey, state_dir

_running = ExitStack()


def _private_key() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _start() -> None:
    """Start the servers and say where they are; once, in the process that hands out the tests."""
    place = Path(tempfile.mkdtemp(prefix="test-", dir=state_dir()))
    place.chmod(0o755)
    _running.callback(shutil.rmtree, place, ignore_errors=True)
    postgres = _running.enter_context(Postgres(place / "postgres", durable=False).running())
    valkey = _running.enter_context(Valkey(None, place / "valkey.log").running())
    os.environ |= {
        "TEST_SERVERS": str(place),
        "DATABASE_URL": postgres.url,
        "DATABASE_POOL": "0",
        "REDIS_URL": valkey.url,
        "SECRET_KEY": "only for tests, only for tests, only for tests",
        "JWT_PRIVATE_KEY": _private_key(),
        "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
        "PUBLIC_URL": "http://testserver",
        "STATE_DIR": str(place),
        "MAIL_OUTBOX": str(place / "mail"),
        "STRIPE_SECRET_KEY": "sk_test_sandbox",
        "STRIPE_PUBLISHABLE_KEY": "pk_test_sandbox",
        "STRIPE_WEBHOOK_SECRETS": "whsec_sandbox",
        "SIGN_IN_TRIES_PER_MINUTE": "1000000",  # tests sign the same people in all the time
        "LOG_LEVEL": "WARNING",
        # Playwright keeps an event loop in the thread that drives the browser; Django would refuse the database.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
    }
    if Firestore.jar():
        firestore = _running.enter_context(Firestore(place / "firestore.log").running())
        os.environ |= {"FIRESTORE_PROJECT": firestore.project, "FIRESTORE_EMULATOR_HOST": firestore.host}


if "TEST_SERVERS" not in os.environ:
    messages.compile_messages()
    _start()
elif worker := os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw"):
    os.environ["REDIS_URL"] = os.environ["REDIS_URL"].removesuffix("/0") + f"/{int(worker) + 1}"


def scope_of(nodeid: str) -> str:
    """What runs in one worker together: each test for itself, but all of a folder that shares a running shop."""
    folder = nodeid.split("::", 1)[0].rpartition("/")[0]  # parameters may have slashes too
    return folder if folder in {"tests/journeys", "tests/browser"} else nodeid


class OneWorkerPerShop(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Tests are spread one by one, but those that share a running shop stay together."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneWorkerPerShop:
    return OneWorkerPerShop(config, log)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        _running.close()
