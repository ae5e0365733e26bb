"""Imports outlive whoever works on them: killed, they go on where they were; stopped, they stay."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from grocery.catalog import public as catalog
from grocery.catalog.models import ImportJob, ImportLine, PriceChange, Product
from grocery.catalog.models.imports import ATTEMPTS, LEASE
from grocery.catalog.public import ImportState, LineKind
from grocery.catalog.services import import_jobs
from grocery.kernel import clock
from grocery.kernel.errors import NotFound
from grocery.kernel.ids import new_id
from tests.catalog import importers
from tests.catalog.conftest import NOON, Shop
from tests.forking import forks

HEADER = "sku,name_en,name_vi,category,price"
_forks = forks(importers.__name__)


class Intray:
    """Files to import, and whoever works on them."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "products.csv"

    def rows(self, count: int, price: int = 9000) -> Intray:
        rows = (f"T{number},Kale,Cải xoăn,vegetables,{price}" for number in range(count))
        self.path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
        return self

    def start(self, **options: Any) -> catalog.ImportJob:
        told: dict[str, Any] = {"profile": "grocery", "only_look": False, "now": NOON, **options}
        return catalog.start_import(path=self.path, name=self.path.name, **told)

    @staticmethod
    def work(now: datetime = NOON, **options: Any) -> bool:
        return catalog.work_on_imports(clock=lambda: now, **options)


@pytest.fixture
def intray(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Intray:
    monkeypatch.setattr("grocery.catalog.services.import_products.CHUNK", 4)
    return Intray(tmp_path)


def counted(job: catalog.ImportJob) -> tuple[ImportState, int, int, int, int]:
    now = catalog.import_job(import_id=job.id)
    done = now.progress
    return now.state, done.rows, done.new, done.changed, done.rejected


def test_a_file_is_taken_in_by_whoever_comes_next(intray: Intray):
    job = intray.rows(10).start()
    intray.path.unlink()
    assert (intray.work(), counted(job), intray.work()) == (True, (ImportState.DONE, 10, 10, 0, 0), False)


def test_the_first_to_come_is_the_first_to_be_served(intray: Intray):
    first, second = intray.rows(1).start(), intray.start(now=NOON + timedelta(seconds=1))
    intray.work()
    assert (counted(first)[0], counted(second)[0]) == (ImportState.DONE, ImportState.WAITING)


def test_a_look_says_what_would_change_and_changes_nothing(intray: Intray, shop: Shop):
    shop.product("T0", "Cải xoăn", name_en="Kale", price=8000)
    shop.product("T1", "Cải xoăn", name_en="Kale", price=9000)
    job = intray.rows(3).start(only_look=True)
    intray.work()
    [changed] = catalog.import_differences(import_id=job.id, kind=LineKind.CHANGED)
    [new] = catalog.import_differences(import_id=job.id, kind=LineKind.NEW)
    assert (counted(job), (changed.sku, changed.line, changed.columns)) == (
        (ImportState.SEEN, 3, 1, 1, 0),
        ("T0", 2, {"price": (8000, 9000)}),
    )
    assert (new.sku, new.columns["category"]) == ("T2", (None, "vegetables"))
    assert (catalog.import_job(import_id=job.id).columns["price"], Product.objects.count()) == (2, 2)


def test_what_was_looked_at_is_taken_in_as_it_was_looked_at(intray: Intray):
    job = intray.rows(10).start(only_look=True)
    intray.work()
    going = catalog.continue_import(import_id=job.id, now=NOON)
    intray.work()
    assert (going.state, counted(job), ImportLine.objects.count(), Product.objects.count()) == (
        *(ImportState.WAITING, (ImportState.DONE, 10, 10, 0, 0), 0, 10),
    )


def test_of_a_large_difference_as_much_is_kept_as_is_shown(intray: Intray, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(import_jobs, "SHOWN", 5)
    job = intray.rows(10).start(only_look=True)
    intray.work()
    assert (len(catalog.import_differences(import_id=job.id, kind=LineKind.NEW)), counted(job)[2]) == (5, 10)


def test_twice_taken_in_is_once(intray: Intray):
    job = intray.rows(1).start(only_look=True)
    intray.work()
    catalog.continue_import(import_id=job.id, now=NOON)
    with pytest.raises(catalog.NotInThatState):
        catalog.continue_import(import_id=job.id, now=NOON)


def test_rejected_rows_are_kept_with_their_reasons(intray: Intray):
    intray.rows(2)
    with intray.path.open("ab") as file:
        file.write(b"=1,Kale,Cai,vegetables,1\nT8,K\x00,Cai,vegetables,1\nT9,L\xff,Cai,vegetables,1\n")
    job = intray.start()
    intray.work()
    lines = "".join(catalog.import_rejects(import_id=job.id)).splitlines()
    assert [line.split(",")[:3] for line in lines[1:]] == [
        ["4", "'=1", "invalid_sku"],
        ["5", "", "control_character"],
        ["6", "", "not_utf8"],
    ]


# --- stopped, killed, taken away ------------------------------------------------------------------------------
def test_a_stopped_import_keeps_what_it_took_and_goes_on_from_there(intray: Intray):
    job = intray.rows(10).start()
    intray.work(report=lambda progress: stop(job) if progress.rows == 4 else None)
    stopped = counted(job), Product.objects.count()
    catalog.continue_import(import_id=job.id, now=NOON)
    intray.work()
    assert (stopped, counted(job)) == (((ImportState.STOPPED, 4, 4, 0, 0), 4), (ImportState.DONE, 10, 10, 0, 0))


def stop(job: catalog.ImportJob) -> None:
    catalog.stop_import(import_id=job.id, now=NOON)


def test_what_has_ended_cannot_be_stopped(intray: Intray):
    job = intray.rows(1).start()
    intray.work()
    with pytest.raises(catalog.NotInThatState):
        stop(job)


def test_whoever_lost_an_import_writes_nothing_more_of_it(intray: Intray):
    job = intray.rows(10).start()
    intray.work(report=lambda _progress: ImportJob.objects.update(runner=new_id()) and None)
    assert (counted(job), Product.objects.count()) == ((ImportState.RUNNING, 4, 4, 0, 0), 4)


def test_nobody_takes_up_an_import_while_another_is_at_work(intray: Intray):
    intray.rows(10).start()
    seen: list[bool] = []
    second = intray.start(now=NOON + timedelta(seconds=1))
    intray.work(report=lambda _progress: seen.append(intray.work()) if not seen else None)
    assert (seen, counted(second)[0]) == ([False], ImportState.WAITING)


def test_a_dead_workers_import_is_taken_up_after_a_minute(intray: Intray):
    job = intray.rows(10).start()

    def die(_progress: catalog.ImportProgress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        intray.work(report=die)
    assert intray.work(NOON + LEASE) is False
    assert intray.work(NOON + LEASE + timedelta(seconds=1)) is True
    assert counted(job) == (ImportState.DONE, 10, 10, 0, 0)


def test_a_row_that_comes_again_is_known_after_going_on(intray: Intray):
    intray.rows(6)
    with intray.path.open("a") as file:
        file.write("T0,Kale,Cai,vegetables,5\n")
    job = intray.start()
    intray.work(report=lambda progress: stop(job) if progress.rows == 4 else None)
    catalog.continue_import(import_id=job.id, now=NOON)
    intray.work()
    assert catalog.import_job(import_id=job.id).progress.reasons == {"duplicate_sku": 1}


def test_what_never_gets_further_is_given_up(intray: Intray):
    job = intray.rows(1).start()
    ImportJob.objects.update(attempts=ATTEMPTS)
    intray.work()
    assert (counted(job)[0], "never got further" in catalog.import_job(import_id=job.id).failure["en"]) == (
        ImportState.FAILED,
        True,
    )


def test_a_file_that_is_gone_fails_with_a_reason(intray: Intray, storage: Path):
    job = intray.rows(1).start()
    for kept in storage.rglob("*"):
        if kept.is_file():
            kept.unlink()
    intray.work()
    assert (counted(job)[0], catalog.import_job(import_id=job.id).failure["vi"]) == (
        ImportState.FAILED,
        "Không lấy được tệp nữa.",
    )


def test_after_a_month_nothing_of_it_is_kept(intray: Intray, storage: Path):
    ended, waiting = intray.rows(1).start(), intray.start(now=NOON + timedelta(seconds=1))
    intray.work()
    assert catalog.forget_old_imports(now=NOON + timedelta(days=31)) == 1
    with pytest.raises(NotFound):
        catalog.import_job(import_id=ended.id)
    assert [file.parent.name for file in storage.rglob("*") if file.is_file()] == [str(waiting.id)]


# --- for real -------------------------------------------------------------------------------------------------
@pytest.fixture
def committed(transactional_db: None, tmp_path: Path) -> Iterator[Intray]:
    catalog.save_category(slug="vegetables", name_en="Vegetables", name_vi="Rau")
    yield Intray(tmp_path)
    ImportJob.objects.all().delete()


def test_a_killed_import_goes_on_where_it_was_and_does_nothing_twice(committed: Intray, storage: Path):
    catalog.import_products(path=committed.rows(400, price=8000).path, profile="grocery", clock=clock.now)
    job = committed.rows(400).start(now=clock.now())
    told = _forks.SimpleQueue()
    name = connection.settings_dict["NAME"]
    worker = _forks.Process(target=importers.run, args=[name, str(storage), 20, told], daemon=True)
    worker.start()
    told.get()
    worker.kill()
    worker.join()
    died = catalog.import_job(import_id=job.id)
    changed = PriceChange.objects.count()
    committed.work(clock.now() + 2 * LEASE)
    assert (worker.exitcode, died.state, 0 < died.progress.rows < 400, died.progress.changed) == (
        *(-9, ImportState.RUNNING, True, changed),
    )
    assert (counted(job), PriceChange.objects.count()) == ((ImportState.DONE, 400, 0, 400, 0), 400)


def test_of_many_workers_one_takes_an_import_up(committed: Intray):
    job = committed.rows(50).start()

    def work(_turn: int) -> bool:
        try:
            return committed.work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as workers:
        took = list(workers.map(work, range(4)))
    assert (sum(took), counted(job)) == (1, (ImportState.DONE, 50, 50, 0, 0))
