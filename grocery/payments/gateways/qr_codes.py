"""QR codes, to be scanned from a screen."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from grocery.payments.contracts import QrCode


@lru_cache(maxsize=256)
def drawn(text: str) -> QrCode:
    """The code of this text with a quiet zone of four squares; a seventh of it may be hidden (level M)."""
    # It takes a third of a second to import, and most processes draw none.
    from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

    code: Any = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    side = code.getModuleCount()
    dark = [(row, column) for row in range(side) for column in range(side) if code.isDark(row, column)]
    return QrCode(side=side + 8, path="".join(f"M{column + 4} {row + 4}h1v1h-1z" for row, column in dark))
