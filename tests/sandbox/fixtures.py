"""The sandbox as a fixture: `from tests.sandbox.fixtures import sandbox, sandbox_process` in a conftest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.momo_client import ACCESS_KEY, PARTNER, SECRET_KEY
from tests.sandbox.running import Sandbox, running


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One process for all tests of this worker."""
    log: Path = tmp_path_factory.mktemp("sandbox") / "sandbox.log"
    with running(log) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(sandbox_process: Sandbox, settings: Any) -> Sandbox:
    """An empty sandbox that the shop's settings point to. What it has to tell waits to be taken."""
    sandbox_process.forget()
    sandbox_process.momo.knobs(hold=True)
    sandbox_process.bank.knobs(hold=True)
    settings.STRIPE_API_URL = sandbox_process.url
    settings.STRIPE_JS_URL = sandbox_process.js_url
    settings.PAYMENT_METHODS = tuple(dict.fromkeys((*settings.PAYMENT_METHODS, "momo")))
    settings.PAYMENT_GATEWAYS = settings.PAYMENT_GATEWAYS | {"momo": "grocery.payments.gateways.momo.from_settings"}
    settings.MOMO_API_URL = sandbox_process.momo.url
    settings.MOMO_PARTNER_CODE, settings.MOMO_ACCESS_KEY = PARTNER, ACCESS_KEY
    settings.MOMO_SECRET_KEY = SECRET_KEY
    settings.MOMO_TIMEOUTS = (2.0, 2.0)
    settings.STRIPE_TIMEOUTS = (2.0, 2.0)
    return sandbox_process
