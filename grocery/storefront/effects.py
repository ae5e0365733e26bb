"""What a change of an order means, in words and numbers, before anybody agrees to it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from grocery.kernel.clock import now
from grocery.kernel.money import dong
from grocery.ordering.public import BelowMinimum, Edited, EditOutcome, LineEffect
from grocery.storefront import offers, wording


def shown(seen: Edited, language: str) -> dict[str, Any]:
    """The change line by line and offer by offer, the way, and the money before and after."""
    return {
        "lines": [_line(line, language) for line in seen.lines],
        "offers": [_offer(one.name(language), one.before.minor, one.after.minor) for one in seen.offers],
        "coupons": seen.coupons,
        "window": _window(seen),
        "fee": {"before": seen.fee_before, "after": seen.fee} if seen.fee != seen.fee_before else None,
        "total_before": seen.total_before,
        "total": seen.total,
        "ceiling": seen.ceiling if seen.ceiling != seen.total else None,
        "waits": seen.outcome is EditOutcome.WAITS,
        "unchanged": seen.outcome is EditOutcome.UNCHANGED,
        "to_pay": seen.to_pay,
    }


def minimum(error: BelowMinimum) -> dict[str, Any]:
    """How far a basket is from what an order starts at."""
    return {
        "from": dong(error.minimum),
        "reached": dong(error.subtotal),
        "missing": dong(error.minimum - error.subtotal),
    }


def _line(line: LineEffect, language: str) -> dict[str, Any]:
    before, after = (wording.measure(amount, line.unit, language) for amount in (line.before, line.after))
    if not line.before:
        what = _("new: %(amount)s") % {"amount": after}
    elif not line.after:
        what = _("%(amount)s, taken out") % {"amount": before}
    elif line.before == line.after:
        what = after
    else:
        what = f"{before} › {after}"
    return {
        "name": line.name(language),
        "what": what,
        "before": line.amount_before if line.before else None,
        "after": line.amount,
        "reasons": offers.reasons(line.adjustments, language),
    }


def _offer(name: str, before: int, after: int) -> dict[str, Any]:
    """An offer that takes off another amount: whether it begins, ends, or comes to more or less."""
    if not after:
        said = _("no longer counts")
    elif not before:
        said = _("counts now")
    else:
        said = _("takes off another amount")
    return {"name": name, "said": said, "before": dong(-before), "after": dong(-after), "worse": after < before}


def _window(seen: Edited) -> str:
    if seen.window is None:
        return ""
    day = wording.weekday(seen.window.day, today=wording.local(now()).date())
    return f"{day} {wording.day(seen.window.day)}, {wording.window(seen.window.starts_at, seen.window.ends_at)}"
