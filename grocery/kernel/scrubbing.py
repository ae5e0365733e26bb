"""Keeps secrets and personal data out of logs and error reports."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

SCRUBBED: Final = "[scrubbed]"

_SECRET_NAME = re.compile(
    r"passw|secret|token|authorization|cookie|session|api_?key|private_?key|jwt|csrf|otp|cvc|card_?number"
    r"|e_?mail|phone|recipient|street|^dsn$",
    re.IGNORECASE,
)
_SECRET_TEXT = [
    (re.compile(r"\beyJ[\w-]{5,}\.[\w-]+\.[\w-]+"), SCRUBBED),  # a JSON Web Token
    (re.compile(r"\b(?:sk|rk|whsec)_\w{8,}|\b\w+_secret_\w+"), SCRUBBED),  # Stripe's keys and client secrets
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+"), rf"\1 {SCRUBBED}"),
    (re.compile(r"(\w+://[^\s/:@]*):[^\s/@]+@"), rf"\1:{SCRUBBED}@"),  # a password in an address
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), SCRUBBED),  # an e-mail address
    (re.compile(r"(?<![\w-])(?:\+84|0)\d{9,10}(?![\w-])"), SCRUBBED),  # a Vietnamese telephone number
    (re.compile(r"(?<![\w-])\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{1,7}(?![\w-])"), SCRUBBED),  # a card number
]


def scrub(value: Any, *, name: str = "") -> Any:
    """`value` without secrets: what goes by a secret's name is taken out whole, texts are searched."""
    if name and _SECRET_NAME.search(name):
        return SCRUBBED
    if isinstance(value, str):
        return _scrub_text(value)
    if isinstance(value, Mapping):
        return {key: scrub(member, name=str(key)) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [scrub(member) for member in value]
    return value


def _scrub_text(text: str) -> str:
    for pattern, replacement in _SECRET_TEXT:
        text = pattern.sub(replacement, text)
    return text
