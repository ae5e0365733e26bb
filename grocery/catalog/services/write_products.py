"""Many products at once, as a set: imports and the demo catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from grocery.catalog.contracts import CategoryDraft, Difference, LineKind, ProductDraft, Rejected
from grocery.catalog.models import Category, bulk
from grocery.catalog.models.searching import learn_words
from grocery.catalog.services import brands, versions
from grocery.catalog.services.categories import save_category

#: Rows that are written in one transaction.
CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Outcome:
    new: int
    changed: int
    rejected: list[Rejected]
    #: Of a comparison: what is new or would change.
    differences: list[Difference] = field(default_factory=list)


@transaction.atomic
def write_products(
    *,
    drafts: Sequence[tuple[int, ProductDraft]],
    categories: Iterable[CategoryDraft],
    sets: Sequence[str],
    now: datetime,
    by: UUID | None = None,
) -> Outcome:
    """Write checked drafts, each with its line; what must give way to a product that exists is handed back.

    Makes the categories that are missing, parents first. `sets` are the columns that known products take over.
    """
    rejected = _stage(drafts, categories)
    written = bulk.write_staged(sets=sets, by=by, now=now)
    learn_words([*written.new, *written.changed])
    if written.new or written.changed:
        versions.announce(versions.CATALOG)
    return Outcome(len(written.new), len(written.changed), rejected)


@transaction.atomic
def compare_products(
    *, drafts: Sequence[tuple[int, ProductDraft]], categories: Iterable[CategoryDraft], sets: Sequence[str]
) -> Outcome:
    """What writing them would do, row by row; nothing is written."""
    rejected = _stage(drafts, categories)
    differences = [
        Difference(line=line, sku=sku, kind=LineKind.NEW if new else LineKind.CHANGED, columns=columns)
        for line, sku, new, columns in bulk.compare_staged(sets=sets)
    ]
    new = sum(one.kind is LineKind.NEW for one in differences)
    transaction.set_rollback(True)
    return Outcome(new, len(differences) - new, rejected, differences)


def _stage(drafts: Sequence[tuple[int, ProductDraft]], categories: Iterable[CategoryDraft]) -> list[Rejected]:
    """Have them ready beside the products, and the categories and brands that they name; those that are not fit."""
    bulk.one_at_a_time()
    _make_missing(categories)
    bulk.stage(drafts, brands.ready({draft.brand for _line, draft in drafts}))
    return list(_unfit())


def _make_missing(categories: Iterable[CategoryDraft]) -> None:
    wanted = {draft.slug: draft for draft in categories}
    known = Category.objects.slugs_among(wanted)
    for place, draft in enumerate(wanted.values()):
        if draft.slug not in known:
            save_category(
                slug=draft.slug,
                name_en=draft.name_en,
                name_vi=draft.name_vi,
                parent=draft.parent,
                position=place,
                tint=draft.tint,
                image=draft.image,
            )


def _unfit() -> Iterator[Rejected]:
    for line, sku, slug in bulk.drop_unknown_categories():
        yield Rejected(
            line=line,
            sku=sku,
            code="unknown_category",
            column="category",
            en=f"There is no category {slug}.",
            vi=f"Không có danh mục {slug}.",
        )
    for line, sku, group in bulk.drop_unknown_vat_groups():
        yield Rejected(
            line=line,
            sku=sku,
            code="unknown_vat_group",
            column="vat_group",
            en=f"There is no VAT group {group}.",
            vi=f"Không có nhóm thuế GTGT {group}.",
        )
    for line, sku, gtin, holder in bulk.drop_taken_gtins():
        yield Rejected(
            line=line,
            sku=sku,
            code="gtin_taken",
            column="gtin",
            en=f"The GTIN {gtin} already belongs to {holder}.",
            vi=f"Mã GTIN {gtin} đã thuộc về {holder}.",
        )
