"""Workers on imports, to be killed: what runs in the child processes."""

from __future__ import annotations

from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402 - Django first
from django.db import connection  # noqa: E402

from grocery.catalog import public as catalog  # noqa: E402
from grocery.catalog.services import import_products  # noqa: E402
from grocery.kernel import clock  # noqa: E402


def run(database: str, media: str, chunk: int, told: Any) -> None:
    """Work on whatever waits; tell of each chunk once it is committed."""
    connection.settings_dict["NAME"] = database
    settings.MEDIA_ROOT = media
    setattr(import_products, "CHUNK", chunk)  # noqa: B010 - it is another module's

    def report(progress: catalog.ImportProgress) -> None:
        told.put(progress.rows)

    catalog.work_on_imports(clock=clock.now, report=report)
