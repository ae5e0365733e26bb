"""What people are asked when they call something off, and what was changed of an order, in words."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering.public import CancelMotive, ChangeKind, OrderChange, OrderLineView, SlotMove, TenderChange
from grocery.payments.public import Method
from grocery.storefront import tenders, wording

WHY: Final = {
    CancelMotive.CHANGED_MIND: gettext_lazy("I changed my mind"),
    CancelMotive.MISTAKE: gettext_lazy("I ordered by mistake"),
    CancelMotive.WRONG_TIME: gettext_lazy("The time does not suit me"),
    CancelMotive.WRONG_PLACE: gettext_lazy("The address is wrong"),
    CancelMotive.TOO_DEAR: gettext_lazy("It is too expensive"),
    CancelMotive.OTHER: gettext_lazy("Another reason"),
}
_WHAT: Final = {
    ("part_cancelled", "customer"): gettext_lazy("You cancelled"),
    ("part_cancelled", "staff"): gettext_lazy("The store cancelled"),
    ("edited", "customer"): gettext_lazy("You changed"),
    ("edited", "staff"): gettext_lazy("The store changed"),
    ("tender", "customer"): gettext_lazy("You pay another way"),
    ("tender", "staff"): gettext_lazy("The store changed how you pay"),
}
#: Whoever did it: what ran out.
_RAN_OUT: Final = {
    ChangeKind.SUBSTITUTED: gettext_lazy("Ran out, replaced"),
    ChangeKind.LEFT_OUT: gettext_lazy("Ran out, left out"),
}
_WITH_NOTES: Final = {ChangeKind.PART_CANCELLED, ChangeKind.EDITED, ChangeKind.TENDER}
#: So many choices of what to keep; of a great many, only some.
_CHOICES: Final = 24


def kept(line: OrderLineView, language: str) -> list[tuple[str, str]]:
    """What may be kept of a line, all of it first: how much that takes off, and how it reads."""
    step = line.step or line.quantity
    steps = int(line.quantity // step)
    every = -(-steps // _CHOICES)
    left = [Quantity(line.quantity - step * n) for n in range(0, steps, max(every, 1))]
    return [(f"{line.quantity - amount:f}", _kept(amount, line, language)) for amount in [*left, ZERO]]


def _kept(amount: Quantity, line: OrderLineView, language: str) -> str:
    if not amount:
        return _("Cancel all of it")
    return _("Keep %(amount)s") % {"amount": wording.portion(amount, line.unit, line.piece_weight, language)}


def told(change: OrderChange, language: str) -> dict[str, Any]:
    """A change as the order's page tells it."""
    return {
        "at": change.at,
        "what": _RAN_OUT.get(change.kind) or _WHAT.get((change.kind.value, change.by), _("Changed")),
        "lines": [
            f"{line.name(language)}: {wording.measure(line.before, line.unit, language)}"
            f" › {wording.measure(line.after, line.unit, language)}"
            for line in change.lines
        ]
        + ([_moved(change.moved)] if change.moved else [])
        + ([_paid_otherwise(change.tender)] if change.tender else []),
        "note": change.note if change.kind in _WITH_NOTES else "",
        "total": change.total,
    }


def _paid_otherwise(change: TenderChange) -> str:
    before, after = (tenders.tender(Method(way.value)).name for way in (change.before, change.after))
    return f"{before} › {after}"


def _moved(move: SlotMove) -> str:
    before, after = (
        f"{wording.day(wording.local(starts).date())} {wording.window(starts, ends)}"
        for starts, ends in ((move.starts_before, move.ends_before), (move.starts_at, move.ends_at))
    )
    return f"{before} › {after}"
