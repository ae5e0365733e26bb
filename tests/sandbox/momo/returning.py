"""The way back: the customer's browser is sent to the shop with what was decided, signed like an IPN."""

from __future__ import annotations

from urllib.parse import urlencode

from tests.sandbox.momo.api import Partner
from tests.sandbox.momo.payments import notice
from tests.sandbox.store import Document


def address_back(partner: Partner, payment: Document) -> str:
    """Where the customer goes now; anybody may change or repeat it."""
    told = partner.ipns.signed(notice(payment, partner.partner_code, partner.clock.now()))
    url = payment["redirectUrl"]
    return f"{url}{'&' if '?' in url else '?'}{urlencode(told)}"
