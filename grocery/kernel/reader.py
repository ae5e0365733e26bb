"""Who reads the page at hand."""

from __future__ import annotations

from django.utils.translation import get_language


def language() -> str:
    """The reader's: "vi" or "en"."""
    return "vi" if (get_language() or "vi").startswith("vi") else "en"
