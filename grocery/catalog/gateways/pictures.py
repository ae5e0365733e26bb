"""Where photos are kept: drawn in every width for everybody, as they came for nobody but us.

`storages["pictures"]` is public and is asked by browsers; `storages["default"]` is not, and keeps the original with
all that its camera wrote into it. A photo's folder is named by its content and by how we draw, so nothing in it
ever changes and it may be kept for ever.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from grocery.catalog.contracts.pictures import KINDS, WIDTHS, Photo
from grocery.kernel import pictures

if TYPE_CHECKING:
    from PIL.Image import Image

#: Changed whenever pictures are to look otherwise: then they have other names.
_RECIPE: Final = b"1"
_ORIGINALS: Final = "pictures"
_HOW: Final[dict[str, dict[str, Any]]] = {
    "avif": {"format": "AVIF", "quality": 60, "speed": 8},
    "webp": {"format": "WEBP", "quality": 80, "method": 4},
}


def draw(content: bytes) -> Photo:
    """Keep a picture in all widths, and as it came. Doing it again changes nothing. Raises NotAPicture."""
    key = hashlib.blake2b(content, digest_size=16, key=_RECIPE).hexdigest()
    picture = pictures.upright(content, side=2 * WIDTHS[-1])
    photo = Photo(key=key, width=picture.width, height=picture.height)
    _keep("default", f"{_ORIGINALS}/{key}", content)
    for width in photo.widths:
        for kind in KINDS:
            _keep("pictures", f"{key}/{width}.{kind}", _drawn(picture, width, kind))
    return photo


def kept_before(moment: datetime) -> Iterator[str]:
    """The keys of photos that were kept before that."""
    public = storages["pictures"]
    with suppress(FileNotFoundError):  # nothing has been kept yet
        for key in public.listdir("")[0]:
            files = public.listdir(key)[1]
            if files and all(public.get_modified_time(f"{key}/{file}") < moment for file in files):
                yield key


def drop(key: str) -> None:
    """Forget a photo that no product has."""
    public = storages["pictures"]
    for file in public.listdir(key)[1]:
        public.delete(f"{key}/{file}")
    with suppress(OSError, NotImplementedError):  # a folder, where there are such
        public.delete(key)
    storages["default"].delete(f"{_ORIGINALS}/{key}")


def _keep(where: str, name: str, content: bytes) -> None:
    storage = storages[where]
    if not storage.exists(name):
        storage.save(name, ContentFile(content))


def _drawn(picture: Image, width: int, kind: str) -> bytes:
    from PIL import Image

    height = max(1, round(picture.height * width / picture.width))
    drawn = io.BytesIO()
    picture.resize((width, height), Image.Resampling.LANCZOS).save(drawn, **_HOW[kind])
    return drawn.getvalue()
