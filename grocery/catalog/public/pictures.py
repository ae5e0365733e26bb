"""Pictures of products. The first of them is the product's photo wherever it is shown; without one, the drawn picture
named by its column `image` is."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.conf import settings

from grocery.catalog.contracts.pictures import (
    KINDS,
    MOST_PICTURES,
    NewPicture,
    Photo,
    Picture,
    PictureChange,
    TooManyPictures,
)
from grocery.catalog.services import pictures as _pictures
from grocery.kernel import pictures as _kernel


def check_picture(*, content: bytes) -> None:
    """Say beforehand, and quickly, whether it is a picture that we take: raises NotAPicture."""
    _kernel.check(content)


def add_picture(*, new: NewPicture, now: datetime) -> UUID:
    """Write down that a product is to have this picture; it is drawn, and if need be fetched, soon afterwards.

    Raises NotFound for the product, NotAPicture, TooManyPictures.
    """
    return _pictures.add(new, now=now)


def change_picture(*, change: PictureChange) -> None:
    """Other words for what it shows, another place among the pictures. Raises NotFound."""
    _pictures.change(change)


def remove_picture(*, picture: UUID, now: datetime) -> None:
    """Show it no more, but on orders of the time before. Raises NotFound."""
    _pictures.remove(picture, now=now)


def draw_pictures(*, now: datetime) -> int:
    """Draw what is owed, the oldest first, some at a time: fetched, turned upright, in every width, as AVIF and WebP.

    Call outside a transaction. What cannot be fetched is tried again later, five times in all; what is no picture, or
    stands at an address that is not public, is left to staff with the reason.
    """
    return _pictures.draw_owed(now=now)


def sweep_pictures(*, now: datetime) -> int:
    """Forget files that no picture needs, and pictures that were removed more than 400 days ago; how many sets."""
    return _pictures.sweep(now=now)


@lru_cache(maxsize=4096)
def photo_address(photo: Photo, width: int | str, kind: str) -> str:
    """Where a browser finds it, one of `photo.widths` and of `KINDS`; never changes, so it may be kept for ever."""
    return f"{settings.PICTURES_URL}{photo.key}/{width}.{kind}"


__all__ = [
    "KINDS",
    "MOST_PICTURES",
    "NewPicture",
    "Photo",
    "Picture",
    "PictureChange",
    "TooManyPictures",
    "add_picture",
    "change_picture",
    "check_picture",
    "draw_pictures",
    "photo_address",
    "remove_picture",
    "sweep_pictures",
]
