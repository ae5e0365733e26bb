"""Ids sort by when they were made."""

from __future__ import annotations

import time
from threading import Thread
from uuid import RFC_4122, UUID

from grocery.kernel.ids import new_id


def test_an_id_is_a_uuid_of_version_7():
    assert (new_id().version, new_id().variant) == (7, RFC_4122)


def test_what_is_made_later_sorts_later():
    made = [new_id() for _ in range(10_000)]
    assert made == sorted(made)


def test_an_id_begins_with_the_milliseconds():
    before = time.time_ns() // 1_000_000
    made = new_id().int >> 80
    assert before <= made <= time.time_ns() // 1_000_000


def test_ids_made_at_once_differ():
    made: list[UUID] = []
    threads = [Thread(target=lambda: made.extend(new_id() for _ in range(2_000))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 8_000
