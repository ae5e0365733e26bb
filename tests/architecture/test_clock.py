"""The clock ticks for every task that waits for it."""

from __future__ import annotations

from grocery.config.celery import TICKS, app


def test_every_task_has_its_tick_and_every_tick_its_task():
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    assert {tick["task"] for tick in TICKS} == ours
