"""Slugs: names that fit into an address."""

from __future__ import annotations

import re
import unicodedata


def slug(text: str) -> str:
    """`Thịt, cá & trứng` becomes `thit-ca-trung`; at most 80 characters, "x" for what has no letters."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("đ", "d"))
    words = re.findall(r"[a-z0-9]+", "".join(char for char in plain if not unicodedata.combining(char)))
    return "-".join(words)[:80].strip("-") or "x"
