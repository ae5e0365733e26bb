"""The processes of a whole shop on one machine: sandbox of the providers, web, live, relay, worker.

`make demo` runs them for people; the journeys, the browser tests and the benchmarks run the very same.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from grocery.config.embedded import ROOT, CannotStart, free_port, spawn, stop, wait_until

#: Streams count as requests that are being answered: granian has to admit more of them than it would.
_MANY_STREAMS = ("--backlog=4096", "--backpressure=6000")
#: Of the web role, for two cores that it shares with its database: see "How many threads" in docs/measurements.md.
_WEB_PROCESSES, _WEB_THREADS = "1", "2"
WEBHOOK_SECRET = "whsec_sandbox"  # noqa: S105 - shared with the sandbox, worth nothing elsewhere
BANK_NOTICE_SECRET = "bank_secret_sandbox"  # noqa: S105 - shared with the sandbox's bank, worth nothing elsewhere
ROLES = ("sandbox", "web", "live", "relay", "worker")
#: Those that listen on a port, by what answers there once they are ready.
_READY = {"sandbox": "/", "web": "/readyz", "live": "/readyz"}


def _silently(_text: str) -> AbstractContextManager[None]:
    return nullcontext()


@dataclass
class Shop:
    """One shop: where it keeps its files, on which ports it listens, which servers it uses.

    `environment` names at least DATABASE_URL, REDIS_URL, SECRET_KEY and JWT_PRIVATE_KEY.
    """

    home: Path
    web_port: int
    sandbox_port: int
    environment: dict[str, str]
    live_port: int = field(default_factory=free_port)
    sandbox_options: tuple[str, ...] = ()
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.environment = {
            "PUBLIC_URL": self.url,
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "STATE_DIR": str(self.home),
            "STATIC_ROOT": str(self.home / "static"),
            "MAIL_OUTBOX": str(self.home / "mail"),
            "STRIPE_SECRET_KEY": "sk_test_sandbox",
            "STRIPE_PUBLISHABLE_KEY": "pk_test_sandbox",
            "STRIPE_WEBHOOK_SECRETS": WEBHOOK_SECRET,
            "STRIPE_API_URL": self.sandbox_url,
            "STRIPE_JS_URL": f"{self.sandbox_url}/js/stripe.js",
            "PAYMENT_METHODS": "card,momo,bank_transfer,cash_on_delivery",
            "MOMO_API_URL": f"{self.sandbox_url}/momo",
            "MOMO_PARTNER_CODE": "MOMOSANDBOX",
            "MOMO_ACCESS_KEY": "momo_access_sandbox",
            "MOMO_SECRET_KEY": "momo_secret_sandbox",
            "BANK_API_URL": f"{self.sandbox_url}/bank",
            "BANK_API_KEY": "bank_key_sandbox",
            "BANK_NOTICE_SECRETS": BANK_NOTICE_SECRET,
            "BANK_BIN": "970436",
            "BANK_ACCOUNT": "0123456789",
            "BANK_ACCOUNT_HOLDER": "CONG TY GROCERY",
            "INVOICE_PROVIDER": "files",
            "INVOICE_FOLDER": str(self.home / "invoices"),
            "SELLER_NAME": "Công ty TNHH Grocery",
            "SELLER_TAX_CODE": "0301482886",
            "SELLER_ADDRESS": "12 Nguyễn Huệ, Phường Sài Gòn, TP. Hồ Chí Minh",
            "LIVE_URL": self.live_url,
            **self.environment,
        }

    @property
    def url(self) -> str:
        return f"http://localhost:{self.web_port}"

    @property
    def sandbox_url(self) -> str:
        return f"http://localhost:{self.sandbox_port}"

    @property
    def live_url(self) -> str:
        return f"http://localhost:{self.live_port}"

    def manage(self, *arguments: str) -> None:
        """Run a command of manage.py. Raises CannotStart when it fails."""
        command = [sys.executable, "manage.py", *arguments]
        if subprocess.run(command, env={**os.environ, **self.environment}, cwd=ROOT, check=False).returncode:
            raise CannotStart(f"manage.py {arguments[0]} failed")

    @contextmanager
    def running(
        self, roles: Sequence[str] = ROLES, *, step: Callable[[str], AbstractContextManager[None]] = _silently
    ) -> Iterator[Shop]:
        """Start these processes, those with a port first and until they answer; stop all of them at the end."""
        with ExitStack() as running:
            running.callback(self.stop)
            answering = [role for role in _READY if role in roles]
            for role in answering:
                self.start(role)
            for role in answering:
                with step(f"{role} at {self._url_of(role)}/"):
                    self._wait_for(role)
            for role in roles:
                if role not in answering:
                    self.start(role)
            yield self

    def stop(self) -> None:
        """Ask all of them to end at once, then wait for each."""
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        for process in self.processes.values():
            stop(process)

    def _wait_for(self, role: str) -> None:
        # One client for the whole wait: a new one reads the machine's certificates each time, which takes from the
        # starting process the very time that it needs. The first answer checks all migrations: let it be slow.
        with httpx.Client(base_url=self._url_of(role), timeout=5) as client:
            wait_until(lambda: _answers(client, _READY[role]), child=self.processes[role], log=self.log(role))

    def start(self, role: str) -> subprocess.Popen[bytes]:
        """Start one process of that role, with a fresh log."""
        self.log(role).unlink(missing_ok=True)
        self.processes[role] = spawn(self.command(role), log=self.log(role), env=self.environment)
        return self.processes[role]

    def log(self, role: str) -> Path:
        return self.home / f"{role}.log"

    def command(self, role: str) -> list[str]:
        """What starts a process of that role."""
        python = sys.executable
        granian = [str(Path(python).with_name("granian")), "--http=1", "--no-ws", "--host=127.0.0.1"]
        celery = [python, "-m", "celery", "-A", "grocery.config.celery", "worker", "--beat", "--pool=threads"]
        return {
            "sandbox": [python, "-m", "tests.sandbox", *self._sandbox()],
            "web": [
                *granian,
                "--interface=wsgi",
                f"--port={self.web_port}",
                f"--workers={os.environ.get('WEB_PROCESSES', _WEB_PROCESSES)}",
                f"--blocking-threads={os.environ.get('WEB_THREADS', _WEB_THREADS)}",
                "grocery.config.wsgi:application",
            ],
            "live": [
                *granian,
                "--interface=asgi",
                "--workers=1",
                f"--port={self.live_port}",
                "--backlog=4096",
                "--backpressure=6000",
            ]
            + ["grocery.config.asgi:application"],
            # A short lease: on one machine a killed relay is back at once, and everybody waits for what it had taken.
            "relay": [python, "manage.py", "relay", "--threads=2", "--lease=10"],
            "worker": [*celery, "--concurrency=2", "--loglevel=WARNING", f"--schedule={self.home / 'celerybeat'}"],
        }[role]

    def _sandbox(self) -> list[str]:
        """Where it listens, what it keeps, whom it tells."""
        return [
            f"--port={self.sandbox_port}",
            f"--state={self.home / 'sandbox.db'}",
            f"--webhook-url={self.url}/api/v1/webhooks/stripe",
            f"--webhook-secret={WEBHOOK_SECRET}",
            f"--bank-notice-url={self.url}/api/v1/webhooks/bank",
            f"--bank-notice-secret={BANK_NOTICE_SECRET}",
            *self.sandbox_options,
        ]

    def _url_of(self, role: str) -> str:
        return {"sandbox": self.sandbox_url, "web": self.url, "live": self.live_url}[role]


def _answers(client: httpx.Client, path: str) -> bool:
    try:
        return client.get(path).is_success
    except httpx.TransportError:
        return False
