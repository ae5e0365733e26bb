"""A payment that a phone can scan."""

from __future__ import annotations

from grocery.payments.contracts import QrCode
from grocery.payments.gateways.qr_codes import drawn


def draw_qr(*, text: str) -> QrCode:
    """The QR code of what a step says in `qr`."""
    return drawn(text)
