"""What is kept of a notice: all but its secrets, as PostgreSQL takes it; its text where it makes no sense."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Set as AbstractSet
from typing import Any, Final

from grocery.payments.gateways.provider import Notice
from grocery.payments.policies import UNREADABLE

#: No provider nests deeper.
_DEEPEST: Final = 60
_LONGEST: Final = 20_000
_SECRETS: Final = re.compile(r"_secret_\w+")


def unreadable(body: bytes) -> Notice:
    """A notice that was signed, whatever it says; the same body is the same notice."""
    text = _SECRETS.sub("_secret_", body.decode("utf-8", "replace").replace("\0", "")[:_LONGEST])
    return Notice(
        event_id=f"sha256:{hashlib.sha256(body).hexdigest()}", kind=UNREADABLE, reference="", body={"text": text}
    )


def storable(value: Any, *, without: AbstractSet[str] = frozenset(), depth: int = 0) -> Any:
    """The same without these names at any depth, and without what no column takes. Raises ValueError if too deep."""
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        inside = ((name, inner) for name, inner in value.items() if name not in without)
        return {_text(name): storable(inner, without=without, depth=depth + 1) for name, inner in inside}
    if isinstance(value, list):
        return [storable(inner, without=without, depth=depth + 1) for inner in value]
    return str(value) if isinstance(value, int) and value.bit_length() > 63 else value


def _text(text: str) -> str:
    """PostgreSQL stores no NUL, and half of a surrogate pair is no character."""
    whole = text if text.isascii() else text.encode("utf-8", "ignore").decode()
    return whole.replace("\0", "")
