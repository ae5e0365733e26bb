"""The feed in Firestore: how soon a listener of the real emulator sees a commit.

The listener is Google's gRPC stream itself, each document a target of it, as phones listen.
"""

from __future__ import annotations

import os
import queue
from collections.abc import Callable
from typing import Any

from grocery.config.embedded import Firestore
from tests.load.inventory.commits import Shelves, Watcher, delays, in_figures, shelves, watching
from tests.load.measure import table

WHAT = "From commit to a Firestore listener (the emulator), one relay with two threads, one clock"
_ITEMS, _RATE = int(os.environ.get("BENCH_ITEMS", "1000")), 200
_SECONDS = int(os.environ.get("BENCH_SECONDS", "60"))


def run() -> str:
    """Steady changes, then many at once."""
    with shelves(_ITEMS) as (shop, shelf), Firestore(shop.home / "firestore.log").running() as firestore:
        named = {"FIRESTORE_PROJECT": firestore.project, "FIRESTORE_EMULATOR_HOST": firestore.host}
        shop.environment |= named
        watched = (firestore.host, firestore.project, str(shelf.location), shelf.skus)
        with shop.running(("relay", "worker")):
            shelf.show_all()
            with watching(listen, *watched) as watcher:
                rows = _measured(shelf, watcher)
    return table(["", "changes", "p50 ms", "p99 ms", "longest ms"], rows)


def _measured(shelf: Shelves, watcher: Watcher) -> list[list[object]]:
    watcher.wait_for(dict.fromkeys(shelf.skus, 1), seconds=60)
    shelf.change_steadily(per_second=_RATE, seconds=_SECONDS)
    watcher.wait_for(shelf.last(), seconds=30)
    steady = in_figures(delays(shelf.committed, watcher.seen()))
    shelf.settle()
    shelf.change(shelf.skus)
    watcher.wait_for(shelf.last(), seconds=60)
    at_once = in_figures(delays(shelf.committed, watcher.seen()))
    return [
        [f"{_RATE} a second for {_SECONDS} s", *steady],
        [f"{_ITEMS:,} in one commit", *at_once],
    ]


def listen(saw: Callable[[str, int], None], host: str, project: str, location: str, skus: list[str]) -> None:
    """Tell of every change of these documents, as phones are told: each by its name."""
    os.environ["FIRESTORE_EMULATOR_HOST"] = host
    from google.cloud import firestore
    from google.cloud.firestore_v1.types import ListenRequest, Target

    api: Any = firestore.Client(project=project)._firestore_api
    database = f"projects/{project}/databases/(default)"
    requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
    for number, sku in enumerate(skus, start=1):
        name = f"{database}/documents/inventory/{sku}/locations/{location}"
        target = Target(documents=Target.DocumentsTarget(documents=[name]), target_id=number)
        requests.put(ListenRequest(database=database, add_target=target))
    metadata = (("google-cloud-resource-prefix", database),)
    for response in api.listen(requests=iter(requests.get, None), metadata=metadata):
        if "document_change" in response:
            document = response.document_change.document
            saw(document.name.split("/")[-3], document.fields["version"].integer_value)
