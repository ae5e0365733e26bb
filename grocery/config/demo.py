"""`make demo`: the whole shop on this machine, from nothing, with real servers. Ctrl-C stops all of it.

What it makes is kept in the state folder (see `embedded.state_dir`), so that a second start takes seconds.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import signal
import socket
import sys
import time
import webbrowser
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from grocery.config import messages
from grocery.config.embedded import (
    ROOT,
    CannotStart,
    Firestore,
    Postgres,
    Valkey,
    free_port,
    keep_bytecode,
    state_dir,
)
from grocery.config.processes import Shop
from grocery.kernel import clock

#: Who can sign in; `demo_goods.py` invites them.
PEOPLE = {
    "customer": ("lan@example.com", "rau-muong-xao-toi"),
    "staff": ("minh@example.com", "ca-kho-to-cay-cay"),
    "admin": ("admin@example.com", "banh-mi-thit-nuong"),
}


#: Lies in the state folder once the shop has been filled; without it a start begins from nothing.
FILLED = "filled"


def main() -> None:
    options = _options()
    state = state_dir()
    if options.reset:
        _forget(state)
        return
    keep_bytecode()
    with _only_one(state), ExitStack() as running:
        started = time.monotonic()
        try:
            environment = _start_servers(running, state, firestore=options.firestore)
            shop = _open_shop(running, state, environment, options)
        except CannotStart as error:
            sys.exit(str(error))
        _welcome(shop, time.monotonic() - started)
        if options.open:
            webbrowser.open(shop.url)
        if not options.check:
            _watch(shop)
        print("\nStopping …", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="of the shop; the next free one if it is taken")
    parser.add_argument("--skus", type=int, default=50_000, help="size of the catalogue, on first start")
    parser.add_argument(
        "--firestore", action="store_true", help="feed stock to the Firestore emulator, not to Valkey"
    )
    parser.add_argument(
        "--magic", action="store_true", help="amounts of payments ask for faults: see tests/sandbox/README.md"
    )
    parser.add_argument("--no-open", dest="open", action="store_false", help="do not open a browser")
    parser.add_argument("--check", action="store_true", help="start, look whether the shop answers, stop")
    parser.add_argument("--reset", action="store_true", help="forget everything that the demo has kept")
    options = parser.parse_args()
    options.open = options.open and not options.check and bool(os.environ.get("DISPLAY") or sys.platform == "darwin")
    return options


@contextmanager
def step(text: str) -> Iterator[None]:
    """Say what is going on, and how long it took."""
    print(f"· {text} …", end="", flush=True)
    started = time.monotonic()
    yield
    print(f"\r✓ {text}  {time.monotonic() - started:.1f} s", flush=True)


@contextmanager
def _only_one(state: Path) -> Iterator[None]:
    with (state / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit("The demo of this checkout is running already.")
        yield


def _forget(state: Path) -> None:
    with _only_one(state):
        for kept in ("demo", "environment.json"):
            place = state / kept
            if place.is_dir():
                shutil.rmtree(place)
            else:
                place.unlink(missing_ok=True)
    print("Forgotten. `make demo` starts from nothing.")


# --- servers ----------------------------------------------------------------------------------------------------


def _start_servers(running: ExitStack, state: Path, *, firestore: bool) -> dict[str, str]:
    """PostgreSQL, Valkey and, if asked for, Firestore; returns the environment that finds them."""
    home = state / "demo"
    home.mkdir(mode=0o755, exist_ok=True)
    if not (home / FILLED).exists():
        for unfinished in ("postgres", "valkey"):
            shutil.rmtree(home / unfinished, ignore_errors=True)
    environment = _secrets(home)
    with step("PostgreSQL" if (home / "postgres").exists() else "PostgreSQL, a new cluster"):
        postgres = running.enter_context(Postgres(home / "postgres").running())
    with step("Valkey"):
        valkey = running.enter_context(Valkey(home / "valkey", home / "valkey.log").running())
    environment |= {"DATABASE_URL": postgres.url, "REDIS_URL": valkey.url}
    if firestore:
        with step("Firestore emulator"):
            emulator = running.enter_context(Firestore(home / "firestore.log").running())
        environment |= {"FIRESTORE_PROJECT": emulator.project, "FIRESTORE_EMULATOR_HOST": emulator.host}
    return environment


def _secrets(home: Path) -> dict[str, str]:
    """Keys of this demo, made once and kept, so that nobody is signed out by a restart."""
    kept = home / "secrets.json"
    if not kept.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        kept.touch(mode=0o600)
        kept.write_text(json.dumps({"SECRET_KEY": secrets.token_urlsafe(48), "JWT_PRIVATE_KEY": pem}))
    made: dict[str, str] = json.loads(kept.read_text())
    return made


# --- the shop ---------------------------------------------------------------------------------------------------


def _open_shop(running: ExitStack, state: Path, environment: dict[str, str], options: argparse.Namespace) -> Shop:
    """Prepare the database, then start sandbox, web, live, relay and worker."""
    home = state / "demo"
    web, sandbox, live = (_port(options.port + distance) for distance in (0, 10, 20))
    magic = ("--magic",) if options.magic else ()
    environment = {"LOG_FORMAT": "console", **environment}
    shop = Shop(home, web, sandbox, environment, live_port=live, sandbox_options=magic)
    (state / "environment.json").touch(mode=0o600)
    (state / "environment.json").write_text(json.dumps(shop.environment))
    messages.compile_messages()
    with ThreadPoolExecutor(1) as meanwhile:
        static = meanwhile.submit(_collect_static, shop)
        _prepare(shop, options.skus)
        static.result()
    running.enter_context(shop.running(step=step))
    return shop


def _port(wanted: int) -> int:
    """The wanted port, or another one that is free."""
    for port in range(wanted, wanted + 10):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    return free_port()


def _prepare(shop: Shop, skus: int) -> None:
    """Migrations, goods, the slots of the coming days; not again on the same day for the same migrations."""
    migrations = sorted((ROOT / "grocery").glob("*/migrations/*.py"))
    with _unless_done(shop.home / "prepared-for", [f"{clock.now():%F} {skus}", *map(_trace, migrations)]) as needed:
        if needed or not (shop.home / FILLED).exists():
            shop.manage("prepare_demo", f"--skus={skus}")


def _collect_static(shop: Shop) -> None:
    """Hashed and compressed static files, made again only when one of them has changed."""
    sources = sorted(path for path in (ROOT / "grocery").glob("*/static/**/*") if path.is_file())
    with _unless_done(shop.home / "static-made-from", map(_trace, sources)) as needed:
        if needed:
            shop.manage("collectstatic", "--no-input", "--clear", "--verbosity=0")


@contextmanager
def _unless_done(stamp: Path, made_from: Iterable[str]) -> Iterator[bool]:
    """Whether what `stamp` stands for is to be made (again); written down once that has worked."""
    state = hashlib.sha256("\n".join(made_from).encode()).hexdigest()
    yield not stamp.exists() or stamp.read_text() != state
    stamp.write_text(state)


def _trace(path: Path) -> str:
    return f"{path} {path.stat().st_mtime_ns}"


def _welcome(shop: Shop, seconds: float) -> None:
    print(f"""
The shop is open, after {seconds:.1f} s.

  shop      {shop.url}/          in English {shop.url}/en/
  API       {shop.url}/api/v1/docs
  admin     {shop.url}/admin/    in English {shop.url}/en/admin/
  e-mail    {shop.url}/outbox/
  payments  {shop.sandbox_url}/    MoMo {shop.sandbox_url}/momo/    bank {shop.sandbox_url}/bank/
""")
    for role, (email, password) in PEOPLE.items():
        print(f"  {role:<9} {email}  {password}")
    print(f"\nA card that works: 4242 4242 4242 4242. Logs: {shop.home}/*.log")
    print("Ctrl-C stops everything and keeps the data; `make demo-reset` forgets it.", flush=True)


def _watch(shop: Shop) -> None:
    """Until Ctrl-C, SIGTERM, or until one of the processes ends by itself."""
    asked: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _frame: asked.append(received))
    while not asked:
        for name, process in shop.processes.items():
            if process.poll() is not None:
                print(f"\n{name} ended by itself with {process.returncode}; see its log.", flush=True)
                return
        time.sleep(0.2)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
