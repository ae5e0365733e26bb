"""Real servers for the tests, started before Django reads its settings. Loaded early: `-p tests.servers`.

One PostgreSQL and one Valkey per run; every parallel worker has a database and a Valkey database of its own.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from xdist.scheduler import LoadScopeScheduling

from grocery.config import messages
from grocery.config.embedded import Firestore, Postgres, Valkey, keep_bytecode, state_dir

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
        "MOMO_PARTNER_CODE": "MOMOSANDBOX",
        "MOMO_ACCESS_KEY": "momo_access_sandbox",
        "MOMO_SECRET_KEY": "momo_secret_sandbox",
        "BANK_API_KEY": "bank_key_sandbox",
        "BANK_NOTICE_SECRETS": "bank_secret_sandbox",
        "BANK_BIN": "970436",
        "BANK_ACCOUNT": "0123456789",
        "BANK_ACCOUNT_HOLDER": "CONG TY GROCERY",
        "SIGN_IN_TRIES_PER_MINUTE": "1000000",  # tests sign the same people in all the time
        "LOG_LEVEL": "WARNING",
        # Playwright keeps an event loop in the thread that drives the browser; Django would refuse the database.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
    }
    if Firestore.jar():
        firestore = _running.enter_context(Firestore(place / "firestore.log").running())
        os.environ |= {"FIRESTORE_PROJECT": firestore.project, "FIRESTORE_EMULATOR_HOST": firestore.host}


keep_bytecode()
if "TEST_SERVERS" not in os.environ:
    messages.compile_messages()
    _start()
elif worker := os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw"):
    os.environ["REDIS_URL"] = os.environ["REDIS_URL"].removesuffix("/0") + f"/{int(worker) + 1}"


#: Folders whose tests share a running shop, the longest first, and how many others are begun before: the second of
#: two workers does something else while the first prepares what both shops begin with.
SHOPS = {"tests/browser": 0, "tests/journeys": 2}


def scope_of(nodeid: str) -> str:
    """What runs in one worker together: a file, whose fixtures are then made once; a folder that shares a shop."""
    file = nodeid.split("::", 1)[0]  # parameters may have slashes too
    folder = file.rpartition("/")[0]
    return folder if folder in SHOPS else file


class OneWorkerPerShop(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Shops first, then the files with the most tests, so that what is left for the end is short."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)

    def _assign_work_unit(self, node: Any) -> None:
        begun = sum(map(len, self.assigned_work.values()))
        for folder, others in SHOPS.items():
            if folder in self.workqueue and begun >= others:
                self.workqueue.move_to_end(folder, last=False)
        super()._assign_work_unit(node)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneWorkerPerShop:
    return OneWorkerPerShop(config, log)


def pytest_xdist_setupnodes() -> None:
    """While the workers read what tests there are, the database that they copy is made."""
    from tests.running import migrated  # what it reads takes a moment, which nobody else has to wait

    Thread(target=migrated, daemon=True).start()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        _running.close()
