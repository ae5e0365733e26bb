"""The part of the face for brands."""

from __future__ import annotations

from grocery.catalog.contracts import Brand, BrandTaken
from grocery.catalog.services import brands as _brands


def save_brand(*, slug: str | None, name: str) -> Brand:
    """Write a new brand down (None), or call one otherwise: on all its products and in search at once.

    Raises Invalid, NotFound, and BrandTaken for a name that files would take for another brand.
    """
    return _brands.save_brand(slug=slug, name=name)


def check_brand(*, slug: str | None, name: str) -> None:
    """Say beforehand whether a brand may be called so: raises Invalid, BrandTaken."""
    _brands.check_brand(slug=slug, name=name)


__all__ = ["Brand", "BrandTaken", "check_brand", "save_brand"]
