"""`make bench-search`: whether search finds what is meant, on 49,688 English and 1,342 Vietnamese names."""

from __future__ import annotations

import csv
import io
import math
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

from grocery.catalog.policies.folding import fold
from grocery.config.embedded import ROOT, Valkey
from tests.load.database import fresh
from tests.load.measure import table
from tests.load.search import meanings, typists

WHAT = "What search finds: products by name, as people type them, and goods by what they are called elsewhere"
_DATA: Final = ROOT.parent / "shared/data"
_FILES: Final = {"instacart": _DATA / "instacart/products.csv", "bhx": _DATA / "vn_grocery_bhx/products_vi.csv"}
_TYPISTS: Final[dict[str, typists.Typist]] = {
    "as it stands": typists.exactly,
    "without marks": typists.without_marks,
    "decomposed (NFD)": typists.decomposed,
    "in another order": typists.turned_round,
    "being typed": typists.unfinished,
    "with one slip": typists.with_a_slip,
    "left over from Telex": typists.in_telex,
    "left over from VNI": typists.in_vni,
}
_NAMES: Final = 60
_SHOWN: Final = 10


@dataclass
class Asked:
    """A kind of queries: how far down the right answer stood, how good the page was, how long it took."""

    places: list[int] = field(default_factory=list)
    gains: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def row(self, name: str) -> list[Any]:
        found = [1 / place if place else 0 for place in self.places]
        return [
            name,
            len(self.times),
            round(sum(map(bool, found)) / len(found), 3) if found else "",
            round(statistics.mean(found), 3) if found else "",
            round(statistics.mean(self.gains), 3) if self.gains else "",
            round(statistics.median(self.times), 1),
            "; ".join(self.missed[:2]),
        ]


def run() -> str:
    """Each kind of queries with its measures; medians are of calls in this process, the database beside it."""
    with market() as here:
        rows = [*_known_items(here), *_categories(here), *_meanings(here)]
    return table(["queries", "number", "recall@10", "MRR", "NDCG@10", "median ms", "missed, the first"], rows)


type Card = tuple[str, str]


@dataclass(frozen=True)
class Market:
    """Both catalogues on sale, or only one of them."""

    store: Any

    def find(self, typed: str) -> list[Card]:
        """SKU and name of the first ten answers."""
        from grocery.catalog import public as catalog
        from grocery.kernel import clock

        page = catalog.list_products(
            store_id=self.store.id, now=clock.now(), filters=catalog.Filters(search=typed), limit=_SHOWN
        )
        return [(card.sku, card.name_vi) for card in page.cards]

    def sell(self, beginning: str) -> None:
        """Only what has a SKU that begins like this."""
        from django.db import connection

        from grocery.catalog.services import versions

        with connection.cursor() as cursor:
            cursor.execute("UPDATE catalog_product SET is_active = starts_with(sku, %s)", [beginning])
            cursor.execute("ANALYZE catalog_product")
        versions.announce(versions.CATALOG)


@contextmanager
def market() -> Iterator[Market]:
    """A shop with both catalogues at one price for all that names none."""
    with ExitStack() as open_ones:
        place = Path(open_ones.enter_context(tempfile.TemporaryDirectory()))
        valkey = open_ones.enter_context(Valkey(None, place / "valkey.log").running())
        open_ones.enter_context(fresh(redis_url=valkey.url))
        from django.core.management import call_command

        from grocery.catalog import public as catalog

        for profile, file in _FILES.items():
            reject = place / "reject.csv"
            call_command(
                "import_products",
                str(file),
                profile=profile,
                default_price=50_000,
                reject=reject,
                stdout=io.StringIO(),
            )
        yield Market(catalog.save_store(code="market", name_en="Market", name_vi="Chợ"))


def _known_items(here: Market) -> Iterator[list[Any]]:
    """Of so many names of each catalogue, drawn by chance and always the same, each typed in every way."""
    for catalogue, names in _names().items():
        drawn = Random(11).sample(sorted(set(names.values())), _NAMES)
        for way, typist in _TYPISTS.items():
            asked, chance = Asked(), Random(12)
            for name in drawn:
                if typed := typist(name, chance):
                    _look_for(here, typed, name, asked)
            if asked.times:
                yield asked.row(f"{catalogue}: {way}")


def _look_for(here: Market, typed: str, name: str, asked: Asked) -> None:
    found = _timed(here, typed, asked)
    place = next((place for place, (_sku, shown) in enumerate(found, 1) if fold(shown) == fold(name)), 0)
    asked.places.append(place)
    if not place:
        asked.missed.append(typed)


def _categories(here: Market) -> Iterator[list[Any]]:
    """The name of an aisle, and each of the words between its commas: what stands in an aisle called so is right."""
    for catalogue, aisles in _aisles().items():
        asked = Asked()
        called = {part.strip() for aisle in aisles.values() for part in (aisle, *aisle.split(","))}
        for typed in sorted(name for name in called if fold(name)):
            right = {sku for sku, aisle in aisles.items() if set(fold(typed).split()) <= set(fold(aisle).split())}
            _judge(here, typed, asked, total=len(right), fits=partial(_stands_in, right))
        yield asked.row(f"{catalogue}: names of aisles")


def _stands_in(right: set[str], card: Card) -> bool:
    return card[0] in right


def _meanings(here: Market) -> Iterator[list[Any]]:
    yield _meant(here, "contents", meanings.CONTENTS)
    yield _meant(here, "synonyms", meanings.SYNONYMS)
    here.sell("IC-")
    yield _meant(here, "Vietnamese, English names only", meanings.VIETNAMESE_IN_ENGLISH)
    here.sell("bhx-")
    yield _meant(here, "English, Vietnamese names only", meanings.ENGLISH_IN_VIETNAMESE)


def _meant(here: Market, kind: str, queries: Mapping[str, str]) -> list[Any]:
    asked = Asked()
    sold = _sold()
    for typed, meant in queries.items():
        fits = _reader(meant)
        total = sum(fits(card) for card in sold)
        if total:
            _judge(here, typed, asked, total=total, fits=fits)
    return asked.row(kind)


def _judge(here: Market, typed: str, asked: Asked, *, total: int, fits: Callable[[Card], bool]) -> None:
    """Each right answer counts the less the further down it stands, against as many as there could be."""
    gains = [fits(card) / math.log2(place + 1) for place, card in enumerate(_timed(here, typed, asked), 1)]
    asked.gains.append(sum(gains) / sum(1 / math.log2(place + 1) for place in range(1, min(total, _SHOWN) + 1)))
    if asked.gains[-1] < 0.3:
        asked.missed.append(typed)


def _reader(meant: str) -> Callable[[Card], bool]:
    ways = [[re.compile(rf"\b{words}") for words in way.split("&")] for way in meant.split("|")]
    return lambda card: any(all(words.search(fold(card[1])) for words in way) for way in ways)


def _timed(here: Market, typed: str, asked: Asked) -> list[Card]:
    started = time.perf_counter()
    found = here.find(typed)
    asked.times.append((time.perf_counter() - started) * 1000)
    return found


def _sold() -> list[Card]:
    from grocery.catalog.models import Product

    return list(Product.objects.on_sale().values_list("sku", "name_vi"))


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as lines:
        return list(csv.DictReader(lines))


def _names() -> dict[str, dict[str, str]]:
    """By catalogue: the name of each product as the file has it."""
    return {
        "English": {row["product_id"]: row["product_name"].replace("\\", "") for row in _rows(_FILES["instacart"])},
        "Vietnamese": {row["id"]: row["name"] for row in _rows(_FILES["bhx"])},
    }


def _aisles() -> dict[str, dict[str, str]]:
    """By catalogue: the aisle of each SKU."""
    from grocery.catalog.models import Product

    where = dict(Product.objects.on_sale().values_list("sku", "category__name_vi"))
    return {
        "English": {sku: aisle for sku, aisle in where.items() if sku.startswith("IC-")},
        "Vietnamese": {sku: aisle for sku, aisle in where.items() if sku.startswith("bhx-")},
    }


if __name__ == "__main__":
    print(f"\n### {WHAT}\n\n`make bench-search`\n\n{run()}")
