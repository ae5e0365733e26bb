"""How this MoMo behaves where it may behave in several ways."""

from __future__ import annotations

from tests.sandbox.knobs import Knobs
from tests.sandbox.store import Document, Store

QUIET: Document = {
    # --- IPNs: numbers count the next ones that do
    "hold": False,  # keep everything back until it is taken
    "delay": 0.0,  # seconds before each
    "duplicates": 0,  # each so many times more
    "never": False,  # none
    "reordered": 0,  # overtaken by those of the next five seconds
    "bad_signature": 0,
    "wrong_amount": 0,
    "amount_as_text": False,  # "125000" instead of 125000
    "unknown_fields": False,
    "repeats": 0,  # how often one that was not answered with 204 comes again
    "repeat_after": 5.0,  # virtual seconds in between
    "patience": 15.0,  # real seconds that an answer may take
    "tell_expiry": False,  # also when nobody paid in time
    # --- everything else
    "redirect": "at_once",  # the customer comes back: "at_once", "after" the IPN was answered, "before" it, "never"
    "repeat_create": False,  # whether a create whose payment is undecided is answered again; 40 otherwise
    "app_links": True,  # deeplink and qrCodeUrl, which need a permission
    "refund_seconds": 0.0,  # how long a refund stays 7002, and others of the same payment get 43
}
CHOICES = {"redirect": ("at_once", "after", "before", "never")}


def momos(store: Store) -> Knobs:
    return Knobs(store, "momo", QUIET, choices=CHOICES)
