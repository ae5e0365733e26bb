"""The face of the books: append-only double entry, written by facts alone."""

from __future__ import annotations

__all__: list[str] = []
