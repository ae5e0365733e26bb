"""Brands: made when a product names them, renamed by staff."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from grocery.catalog import contracts
from grocery.catalog.contracts import BrandTaken
from grocery.catalog.models import Brand, Product
from grocery.catalog.models.searching import learn_words
from grocery.catalog.policies.brands import checked_name, slug_of
from grocery.catalog.services import versions
from grocery.kernel.errors import NotFound


def ready(names: Iterable[str]) -> dict[str, contracts.Brand]:
    """The brands of these names, by name; those that are not known are made. Nobody renames them meanwhile.

    To be called before products are locked: who renames a brand holds it first and its products then.
    """
    slugs = {name: slug_of(name) for name in names if name}
    if not slugs:
        return {}
    known = Brand.objects.kept(set(slugs.values()))
    missing = {slug: name for name, slug in slugs.items() if slug not in known}
    if missing:
        Brand.objects.make(missing)
        known |= Brand.objects.kept(missing)
    return {name: known[slug] for name, slug in slugs.items()}


@transaction.atomic
def save_brand(*, slug: str | None, name: str) -> contracts.Brand:
    """A new brand (None), or one that is called otherwise from now on, on all its products at once."""
    name = check_brand(slug=slug, name=name)
    if slug is None:
        return ready([name])[name]
    brand = Brand.objects.locked(slug)
    if brand is None:
        raise NotFound("brand", slug)
    if brand.name != name:
        brand.name = name
        brand.save()
        learn_words(Product.objects.of_brand(slug))
        versions.announce(versions.CATALOG)
    return contracts.Brand(slug=slug, name=name)


def check_brand(*, slug: str | None, name: str) -> str:
    """The name as it is kept. Raises Invalid, and BrandTaken where files that say it mean another brand."""
    name = checked_name(name)
    meant = slug_of(name)
    if meant != slug and Brand.objects.kept([meant]):
        raise BrandTaken(name, meant)
    return name
