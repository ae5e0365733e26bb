"""How the feed in Firestore makes up for an hour: 100,000 changes of 2,000 items, and nothing was shown meanwhile."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

from grocery.config.embedded import Firestore, spawn, stop
from grocery.config.processes import Shop
from tests.load.inventory.commits import Shelves, Watcher, shelves, watching
from tests.load.inventory.feed import listen
from tests.load.measure import family, table

WHAT = "A backlog drains into Firestore (the emulator)"
HEAD = ["what was away", "changes", "keys", "seconds until all is seen", "writes", "most of a key in a second"]
_KEYS, _ROUNDS = 2000, int(os.environ.get("BENCH_ROUNDS", "50"))


def run() -> str:
    """The relays were away, and one is killed while two drain; then Firestore was."""
    with shelves(_KEYS) as (shop, shelf), Firestore(shop.home / "firestore.log").running() as firestore:
        named = {"FIRESTORE_PROJECT": firestore.project, "FIRESTORE_EMULATOR_HOST": firestore.host}
        shop.environment |= named
        watched = (firestore.host, firestore.project, str(shelf.location), shelf.skus)
        with shop.running(("relay", "worker")):
            shelf.show_all()
            with watching(listen, *watched) as watcher:
                watcher.wait_for(dict.fromkeys(shelf.skus, 1), seconds=60)
                return table(HEAD, [_backlog(shop, shelf, watcher), _absence(shelf, watcher)])


def _backlog(shop: Shop, shelf: Shelves, watcher: Watcher) -> list[object]:
    """No relay for as long as it takes to change everything; then two, of which one is killed and comes back."""
    stop(shop.processes["relay"])
    _change_many(shelf)
    begun = time.monotonic()
    other = _start_relay(shop)
    shop.start("relay")
    time.sleep(random.uniform(2, 3))
    other.kill()
    other.wait()
    other = _start_relay(shop)
    try:
        return ["relays were away; then two, one killed", *_drained(shelf, watcher, begun)]
    finally:
        stop(other)


def _absence(shelf: Shelves, watcher: Watcher) -> list[object]:
    """Firestore answers nobody while everything changes, and then again."""
    (pid,) = _pids_of("CloudFirestore")
    os.kill(pid, signal.SIGSTOP)
    try:
        _change_many(shelf)
        time.sleep(10)
    finally:
        os.kill(pid, signal.SIGCONT)
    return ["Firestore did not answer", *_drained(shelf, watcher, time.monotonic())]


def _change_many(shelf: Shelves) -> None:
    shelf.committed.clear()
    for _ in range(_ROUNDS):
        shelf.change(shelf.skus)


def _drained(shelf: Shelves, watcher: Watcher, begun: float) -> list[object]:
    ended = watcher.wait_for(shelf.last(), seconds=180)
    time.sleep(2)
    written = [(sku, at) for (sku, _), times in watcher.seen().items() for at in times if at >= begun]
    per_key = Counter((sku, int(at - begun)) for sku, at in written)
    return [len(shelf.committed), len(shelf.last()), ended - begun, len(written), max(per_key.values())]


def _start_relay(shop: Shop) -> subprocess.Popen[bytes]:
    return spawn(shop.command("relay"), log=shop.home / "other-relay.log", env=shop.environment)


def _pids_of(word: str) -> list[int]:
    """Of our own children."""
    return [pid for pid in family(os.getpid()) if word.encode() in _command_line(pid)]


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""
