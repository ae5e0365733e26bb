"""Whose name a product bears."""

from __future__ import annotations

from dataclasses import dataclass

from grocery.kernel.errors import DomainError


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """`slug` stays for ever, whatever the brand is called later."""

    slug: str
    name: str


class BrandTaken(DomainError):
    """Of two names that differ in marks, capitals and blanks alone nobody can tell which brand a file means."""

    code = "brand_taken"
    status = 409
    field = "name"
    en = "{name} reads like the brand {slug}, which is there already."
    vi = "{name} trùng với thương hiệu {slug} đã có."

    def __init__(self, name: str, slug: str) -> None:
        self.name, self.slug = name, slug
