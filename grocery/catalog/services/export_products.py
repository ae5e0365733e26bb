"""Give the catalogue out as the file that would bring it in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import batched
from typing import Final

from grocery.catalog.contracts import CategoryId, ExportForm
from grocery.catalog.gateways import product_files
from grocery.catalog.models import bulk
from grocery.catalog.policies import exporting
from grocery.catalog.services.categories import tree

#: Products that are read in one statement.
_BATCH: Final = 2_000


def export(*, form: ExportForm, category: str | None, skus: Iterable[str] | None) -> Iterator[bytes]:
    below = None if category is None else [node.id for node in tree().named(category).subtree()]
    rows = (exporting.cells(values) for values in _values(below, skus))
    written = product_files.as_xlsx if form is ExportForm.XLSX else product_files.as_csv
    return written(exporting.COLUMNS, rows)


def _values(categories: list[CategoryId] | None, skus: Iterable[str] | None) -> Iterator[tuple[object, ...]]:
    """In the order of the SKUs, a batch in memory at a time."""
    if skus is not None:
        for some in batched(sorted(set(skus)), _BATCH):
            yield from bulk.read(exporting.COLUMNS, after="", most=_BATCH, skus=some)
        return
    after = ""
    while batch := bulk.read(exporting.COLUMNS, after=after, most=_BATCH, categories=categories):
        yield from batch
        after = str(batch[-1][0])
