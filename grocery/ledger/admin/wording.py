"""What accounts and their postings are called, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grocery.kernel.quantity import plain
from grocery.kernel.reader import language
from grocery.ledger import public as ledger
from grocery.ledger.models import Entry, OrderBook, Posting
from grocery.ledger.public import Account, Difference

_DIFFERENCES: Final = {
    Difference.NOT_PAID: gettext_lazy("charged, and nothing was taken"),
    Difference.PAID_TOO_LITTLE: gettext_lazy("less was taken than is owed"),
    Difference.PAID_BACK_TOO_MUCH: gettext_lazy("more went back than came off"),
    Difference.NOT_PAID_BACK: gettext_lazy("the customer is owed money"),
    Difference.NOT_CHARGED: gettext_lazy("paid, and never charged"),
}
#: So much of an id tells drivers apart.
_SHORT: Final = 8
_ID: Final = 36


def line_name(posting: Posting, entry: Entry) -> str:
    """The account of a posting, with its VAT rate and what else it is of."""
    return named(posting.get_account_display(), posting.account, posting.rate, posting.subject, entry.detail)


def named(title: str, account: str, rate: Any, subject: str, detail: Mapping[str, Any]) -> str:
    """`goods sold · 8 %`, `with payment providers · stripe`, `discounts · 8 % · Milk week`."""
    parts = [title]
    if rate is not None:
        parts.append(f"{plain(rate)} %")
    if subject:
        parts.append(_subject(account, subject, detail))
    return " · ".join(parts)


def difference_name(book: OrderBook) -> str:
    """Why an order does not close; empty where it does."""
    why = ledger.why_open(book)
    return str(_DIFFERENCES[why]) if why else ""


def _subject(account: str, subject: str, detail: Mapping[str, Any]) -> str:
    if account == Account.DISCOUNTS:
        words = {offer["subject"]: offer[f"name_{language()}"] for offer in detail.get("offers", ())}
        return str(words.get(subject) or _("near its date"))
    return subject[:_SHORT] if account == Account.DRIVERS and len(subject) == _ID else subject
