"""Pictures of products: what is asked for, what is shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from uuid import UUID

from grocery.kernel.errors import DomainError

#: Pixels of the widths in which a photo is drawn: those of the pages, and twice and three times as many.
WIDTHS: Final = (96, 192, 320, 480, 960)
#: The best first; whoever knows none of the better ones takes the last.
KINDS: Final = ("avif", "webp")
#: So many pictures one product may have.
MOST_PICTURES: Final = 12
_REFERENCE: Final = re.compile(r"([0-9a-f]{32})-(\d{1,5})x(\d{1,5})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A photo in all its widths. `key` names its content, so what stands under it never changes."""

    key: str
    width: int
    height: int

    @property
    def reference(self) -> str:
        """All of it in one word, as the column of a product and the lines of orders keep it."""
        return f"{self.key}-{self.width}x{self.height}"

    @property
    def widths(self) -> tuple[int, ...]:
        return widths_of(self.width)

    @classmethod
    def of(cls, reference: str) -> Photo | None:
        """What a reference says; None for the name of a drawn picture."""
        return _photo(reference)


@lru_cache(maxsize=4096)
def _photo(reference: str) -> Photo | None:
    found = _REFERENCE.fullmatch(reference)
    return Photo(key=found[1], width=int(found[2]), height=int(found[3])) if found else None


@lru_cache(maxsize=4096)
def widths_of(width: int) -> tuple[int, ...]:
    """The widths in which a photo that is so wide is drawn: never wider than it is."""
    return (*(one for one in WIDTHS if one < width), min(width, WIDTHS[-1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One of a product's pictures, with what it shows in words."""

    photo: Photo
    alt_en: str
    alt_vi: str

    def alt(self, language: str) -> str:
        return self.alt_vi if language == "vi" else self.alt_en


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPicture:
    """A picture to come: what was uploaded, or where on the web it is."""

    sku: str
    content: bytes = b""
    source: str = ""
    alt_en: str = ""
    alt_vi: str = ""
    #: Lower stands first; the first one is the product's photo everywhere.
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureChange:
    id: UUID
    alt_en: str
    alt_vi: str
    position: int


class TooManyPictures(DomainError):
    code = "too_many_pictures"
    en = "A product has at most {most} pictures."
    vi = "Mỗi sản phẩm có tối đa {most} ảnh."

    def __init__(self, most: int) -> None:
        self.most = most


class AddressNotAllowed(DomainError):
    """An address that is none on the public web: it is not asked."""

    code = "address_not_allowed"
    field = "source"
    en = "Pictures are taken from public http and https addresses only."
    vi = "Chỉ nhận ảnh từ địa chỉ http hoặc https công khai."


class NothingFetched(DomainError):
    """The address does not answer, or not with what was asked for, or too much, or too slowly."""

    code = "nothing_fetched"
    field = "source"
    en = "Nothing could be fetched from that address: {reason}."
    vi = "Không tải được ảnh từ địa chỉ này: {reason}."

    def __init__(self, reason: str) -> None:
        self.reason = reason
