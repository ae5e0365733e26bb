"""Pictures of products: asked for in one transaction, drawn outside of any, shown from another one on."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import batched
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction
from prometheus_client import Counter

from grocery.catalog.contracts.pictures import (
    MOST_PICTURES,
    AddressNotAllowed,
    NewPicture,
    NothingFetched,
    Photo,
    PictureChange,
    TooManyPictures,
)
from grocery.catalog.gateways import fetching
from grocery.catalog.gateways import pictures as files
from grocery.catalog.models import Picture, Product
from grocery.catalog.models.pictures import show_first
from grocery.catalog.services import versions
from grocery.kernel import pictures
from grocery.kernel.errors import DomainError, NotFound
from grocery.kernel.pictures import NotAPicture

log = structlog.get_logger(__name__)
DRAWN: Final = Counter("catalog_pictures_drawn", "Pictures drawn, or why not.", ["outcome"])

#: One run of the clock draws no more, so that a list of thousands leaves room for others.
_AT_ONCE: Final = 50
#: What was removed is still shown on the orders of that time.
_SHOWN_ON_ORDERS: Final = timedelta(days=400)
#: Nobody takes longer to write down what he has drawn.
_ORPHANED_AFTER: Final = timedelta(days=1)


@transaction.atomic
def add(new: NewPicture, *, now: datetime) -> UUID:
    """See `public.add_picture`."""
    if new.content:
        pictures.check(new.content)
    _locked(new.sku)
    if Picture.objects.live().of(new.sku).count() >= MOST_PICTURES:
        raise TooManyPictures(MOST_PICTURES)
    return Picture.objects.ask_for(new, now=now).pk


@transaction.atomic
def change(wanted: PictureChange) -> None:
    """See `public.change_picture`."""
    found = _found(wanted.id)
    Picture.objects.named(found.pk).change(wanted)
    _show(found.product_id)


@transaction.atomic
def remove(picture: UUID, *, now: datetime) -> None:
    """See `public.remove_picture`."""
    found = _found(picture)
    Picture.objects.named(found.pk).update(removed_at=now, content=None)
    _show(found.product_id)


def draw_owed(*, now: datetime) -> int:
    """See `public.draw_pictures`."""
    drawn = 0
    while drawn < _AT_ONCE and (picture := _claimed(now)) is not None:
        _draw(picture, now)
        drawn += 1
    return drawn


@transaction.atomic
def _claimed(now: datetime) -> Picture | None:
    return Picture.objects.claim(now=now)


def _draw(picture: Picture, now: datetime) -> None:
    """Outside of transactions: it asks the web, encodes for a second, and writes to a store of files."""
    try:
        content = bytes(picture.content) if picture.content else _fetched(picture.source)
        photo = files.draw(content)
    except (NotAPicture, AddressNotAllowed) as error:
        _failed(picture, error, again=None)
    except NothingFetched as error:
        _failed(picture, error, again=now + timedelta(minutes=2**picture.attempts))
    else:
        _finish(picture, photo, now)
        DRAWN.labels("drawn").inc()


def _fetched(source: str) -> bytes:
    return fetching.fetch(source, most=pictures.LARGEST_FILE)


def _failed(picture: Picture, error: DomainError, *, again: datetime | None) -> None:
    Picture.objects.named(picture.pk).failed(error.text("en"), error.text("vi"), due_at=again)
    DRAWN.labels(error.code).inc()
    log.warning("catalog.picture_not_drawn", picture=str(picture.pk), code=error.code, attempts=picture.attempts)


@transaction.atomic
def _finish(picture: Picture, photo: Photo, now: datetime) -> None:
    """Shown from now on; a picture that the product has already is not shown twice."""
    _locked(picture.product_id)
    again = Picture.objects.live().of(picture.product_id).with_key(photo.key).exclude(pk=picture.pk).exists()
    ours = Picture.objects.named(picture.pk)
    ours.drawn(photo, now=now)
    if again:
        ours.update(removed_at=now)
    _show(picture.product_id)


def sweep(*, now: datetime) -> int:
    """See `public.sweep_pictures`."""
    Picture.objects.forget_removed(before=now - _SHOWN_ON_ORDERS)
    swept = 0
    for keys in batched(files.kept_before(now - _ORPHANED_AFTER), 500):
        for orphan in set(keys) - Picture.objects.keys_among(keys):
            files.drop(orphan)
            swept += 1
    return swept


def _found(picture: UUID) -> Picture:
    """A picture that is there, its product locked."""
    found = Picture.objects.live().named(picture).first()
    if found is None:
        raise NotFound("picture", picture)
    _locked(found.product_id)
    return found


def _locked(sku: str) -> None:
    if not Product.objects.locked([sku]):
        raise NotFound("product", sku)


def _show(sku: str) -> None:
    show_first(sku)
    versions.announce(versions.CATALOG)
