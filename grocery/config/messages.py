"""Compiles the catalogues of translations: `python -m grocery.config.messages`.

The `.mo` files are built, not kept in the repository; Babel does it without GNU gettext being installed.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PRODUCT = Path(__file__).resolve().parents[1]


def compile_messages() -> int:
    """Build every catalogue that is older than its source; how many that were."""
    stale = [po for po in PRODUCT.glob("*/locale/*/LC_MESSAGES/django.po") if _is_stale(po)]
    for po in stale:
        with po.open("rb") as source, po.with_suffix(".mo").open("wb") as built:
            write_mo(built, read_po(source, locale=po.parts[-3]))
    return len(stale)


def _is_stale(po: Path) -> bool:
    mo = po.with_suffix(".mo")
    return not mo.exists() or mo.stat().st_mtime_ns < po.stat().st_mtime_ns


if __name__ == "__main__":
    compile_messages()
