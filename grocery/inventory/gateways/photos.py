"""Photos that staff take: made small, written anew, kept where Django's default storage is."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import BinaryIO, Final, cast
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from grocery.inventory.contracts.shelf_care import NotAPhoto
from grocery.kernel import pictures

#: Pixels of the longer side, enough to read a label by.
SIDE: Final = 1600
#: The folder of what was thrown away.
WASTE: Final = "waste"
_FORMATS: Final = ("JPEG", "PNG", "WEBP")


def keep(photo: BinaryIO, *, folder: str, name: UUID) -> str:
    """Keep a picture, the right way up and without anything that the camera wrote about it; where it is kept.

    What it is, its content says, not its name. Raises NotAPhoto.
    """
    content = photo.read(pictures.LARGEST_FILE + 1)
    return default_storage.save(f"{folder}/{name}.jpg", ContentFile(_redrawn(content)))


def fetch(name: str) -> BinaryIO:
    """A kept picture, a JPEG. Raises FileNotFoundError."""
    return cast("BinaryIO", default_storage.open(name))


def drop(name: str) -> None:
    """Forget a picture that belongs to nothing."""
    default_storage.delete(name)


def kept_before(moment: datetime, *, folder: str) -> Iterator[str]:
    """Pictures of the folder that were kept before that; when, their names say (RFC 9562, version 7)."""
    try:
        _folders, files = default_storage.listdir(folder)
    except FileNotFoundError:  # nobody has taken one yet
        return
    for file in files:
        with suppress(ValueError):  # not ours
            if (UUID(file[:36]).int >> 80) < moment.timestamp() * 1000:
                yield f"{folder}/{file}"


def _redrawn(content: bytes) -> bytes:
    try:
        plain = pictures.upright(content, side=SIDE, formats=_FORMATS)
    except pictures.NotAPicture as error:
        raise NotAPhoto from error
    drawn = io.BytesIO()
    plain.convert("RGB").save(drawn, "JPEG", quality=80, optimize=True)
    return drawn.getvalue()
