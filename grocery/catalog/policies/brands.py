"""What a brand may be called, and which brand a name means."""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from grocery.catalog.policies.slugs import slug
from grocery.catalog.policies.texts import CONTROL, tidy
from grocery.kernel.errors import Invalid

LONGEST: Final = 60
_LETTER: Final = re.compile(r"[^\W_]")


@lru_cache(4096)
def slug_of(name: str) -> str:
    """`TH True Milk`, `TH TRUE MILK` and `th-true-milk` are one brand; so is a name in letters that no slug has."""
    if (short := slug(name)[:LONGEST].strip("-")) != "x":
        return short
    return f"x-{blake2b(name.casefold().encode(), digest_size=6).hexdigest()}"


def checked_name(name: str) -> str:
    """The name, tidied. Raises Invalid."""
    name = tidy(name)
    if not 1 <= len(name) <= LONGEST or CONTROL.search(name) or not _LETTER.search(name):
        raise Invalid(
            "name",
            "A brand has 1 to 60 characters, a letter or digit among them.",
            "Thương hiệu dài 1 đến 60 ký tự, có ít nhất một chữ hoặc số.",
        )
    return name
