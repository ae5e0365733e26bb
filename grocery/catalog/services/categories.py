"""The tree of categories."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from uuid import UUID

from django.db import transaction

from grocery.catalog import contracts
from grocery.catalog.contracts import Tint, WouldLoop
from grocery.catalog.models import Category, Product
from grocery.catalog.policies.folding import word_pairs
from grocery.catalog.services import versions
from grocery.kernel.errors import Invalid, NotFound


@transaction.atomic
def save_category(
    *, slug: str, name_en: str, name_vi: str, parent: str | None, position: int, tint: str | None, image: str
) -> contracts.Category:
    """Write a category down under its slug, below `parent`."""
    Category.objects.lock_the_tree()
    known = {node.slug: node for node in Category.objects.select_related("parent")}
    above = _above(slug, parent, known)
    if tint is None:
        tint = above.tint if above else Tint.LEAF
    if tint not in set(Tint):
        raise Invalid("tint", f"One of: {', '.join(Tint)}.", f"Chỉ nhận: {', '.join(Tint)}.")
    category, _new = Category.objects.update_or_create(
        slug=slug,
        defaults={
            "parent": above,
            "name_en": name_en,
            "name_vi": name_vi,
            "position": position,
            "tint": tint,
            "image": image,
        },
    )
    versions.announce(versions.CATALOG)
    return category.seen(parent_slug=parent)


def check_move(*, slug: str, parent: str) -> None:
    _above(slug, parent, {node.slug: node for node in Category.objects.select_related("parent")})


def _above(slug: str, parent: str | None, known: dict[str, Category]) -> Category | None:
    """The category to stand below. Raises WouldLoop when that one stands below `slug` itself."""
    if parent is None:
        return None
    if parent not in known:
        raise NotFound("category", parent)
    step: Category | None = known[parent]
    while step is not None:
        if step.slug == slug:
            raise WouldLoop(slug, parent)
        step = known[step.parent.slug] if step.parent else None
    return known[parent]


@dataclass(frozen=True, slots=True)
class Tree:
    """All categories, ready to be looked up."""

    roots: tuple[contracts.Category, ...]
    by_slug: dict[str, contracts.Category]
    by_id: dict[UUID, contracts.Category]
    #: For each word of a name, as it is and folded, without a plural's s: which category says so in which language.
    words: dict[str, set[tuple[UUID, str]]]

    def named(self, slug: str) -> contracts.Category:
        if slug not in self.by_slug:
            raise NotFound("category", slug)
        return self.by_slug[slug]

    def called(self, texts: Iterable[str]) -> list[UUID]:
        """The categories that have all words of one of these texts in their name in one language; a mark must agree.

        With what is below them.
        """
        named: set[tuple[UUID, str]] = set()
        for text in texts:
            said = [self.words.get(_singular(word), set()) for word in text.split()]
            named |= set.intersection(*said) if said else set()
        return sorted({below.id for node, _language in named for below in self.by_id[node].subtree()})

    def trail(self, category_id: UUID) -> tuple[contracts.Category, ...]:
        """From the department down to this category."""
        node: contracts.Category | None = self.by_id.get(category_id)
        steps: list[contracts.Category] = []
        while node is not None:
            steps.append(node)
            node = self.by_slug[node.parent_slug] if node.parent_slug else None
        return tuple(reversed(steps))


def tree() -> Tree:
    return versions.remembered("tree", _read_tree)


def _read_tree() -> Tree:
    nodes = list(Category.objects.in_tree_order())
    products = Product.objects.count_by_category()
    slugs = {node.id: node.slug for node in nodes}
    below: dict[UUID | None, list[Category]] = defaultdict(list)
    for node in nodes:
        below[node.parent_id].append(node)

    def grow(node: Category) -> contracts.Category:
        children = tuple(grow(child) for child in below[node.id])
        count = products.get(node.id, 0) + sum(child.products for child in children)
        above = slugs[node.parent_id] if node.parent_id else None
        return node.seen(products=count, parent_slug=above, children=children)

    roots = tuple(grow(root) for root in below[None])
    every = [node for root in roots for node in root.subtree()]
    words: dict[str, set[tuple[UUID, str]]] = defaultdict(set)
    for seen in every:
        for language, name in (("vi", seen.name_vi), ("en", seen.name_en)):
            for word in chain.from_iterable(word_pairs(name)):
                words[_singular(word)].add((seen.id, language))
    return Tree(roots, {node.slug: node for node in every}, {node.id: node for node in every}, dict(words))


def _singular(word: str) -> str:
    return word.removesuffix("s") or word
