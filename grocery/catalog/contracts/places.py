"""Where goods stand: the stores that sell, and the tree of categories."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType
from uuid import UUID

from grocery.kernel.errors import DomainError

StoreId = NewType("StoreId", UUID)


CategoryId = NewType("CategoryId", UUID)


class Tint(StrEnum):
    """The plate that a picture lies on, one per department."""

    LEAF = "leaf"
    SUN = "sun"
    ROSE = "rose"
    SKY = "sky"
    SAND = "sand"
    LILAC = "lilac"


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A shop. `zone` is the IANA name of the time zone that its days and slots are in."""

    id: StoreId
    code: str
    name_en: str
    name_vi: str
    zone: str
    address: str = ""
    phone: str = ""

    def name(self, language: str) -> str:
        return self.name_vi if language == "vi" else self.name_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A node of the tree. `products` counts what is on sale in it and below."""

    id: CategoryId
    slug: str
    name_en: str
    name_vi: str
    tint: Tint
    image: str
    products: int = 0
    parent_slug: str | None = None
    children: tuple[Category, ...] = ()

    def name(self, language: str) -> str:
        return self.name_vi if language == "vi" else self.name_en

    def subtree(self) -> list[Category]:
        """This category and all below it, parents first."""
        return [self, *(node for child in self.children for node in child.subtree())]


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryDraft:
    """A category that an import may have to make; one that exists is left as staff have it."""

    slug: str
    name_en: str
    name_vi: str
    parent: str | None = None
    tint: Tint | None = None
    image: str = ""


class WouldLoop(DomainError):
    """A category cannot stand below itself."""

    code = "category_would_loop"
    en = "{slug} cannot be moved below {parent}: that is a part of it."
    vi = "Không thể chuyển {slug} vào {parent}: mục này nằm trong chính nó."

    def __init__(self, slug: str, parent: str) -> None:
        self.slug, self.parent = slug, parent
