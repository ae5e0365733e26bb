"""Files that wait to be imported: kept where Django's default storage is, fetched by whoever works on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import Final
from uuid import UUID

from django.core.files import File
from django.core.files.storage import default_storage

_FOLDER: Final = "imports"


def keep(job_id: UUID, files: Mapping[str, Path]) -> dict[str, str]:
    """Keep these; for each name, what it is kept as."""
    kept = {}
    for place, (name, path) in enumerate(files.items()):
        with path.open("rb") as stream:
            kept[name] = default_storage.save(f"{_FOLDER}/{job_id}/{place}", File(stream))
    return kept


@contextmanager
def fetched(files: Mapping[str, str]) -> Iterator[Path]:
    """The first of these, on this machine, with the others beside it under their names. Raises FileNotFoundError."""
    with TemporaryDirectory() as folder:
        for name, kept in files.items():
            with default_storage.open(kept) as source, (Path(folder) / name).open("wb") as target:
                copyfileobj(source, target, 1 << 20)
        yield Path(folder) / next(iter(files))


def drop(files: Mapping[str, str]) -> None:
    """Forget them; what is gone already does not matter."""
    for kept in files.values():
        default_storage.delete(kept)
