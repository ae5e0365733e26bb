"""Offers in the shop's words."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from grocery.ordering.public import Adjustment, CartLine, Coupon, CouponState, OfferKind


def reasons(adjustments: Iterable[Adjustment], language: str) -> list[str]:
    """Why a line costs less, each with how much."""
    return [f"{effect.amount} · {effect.name(language)}" for effect in adjustments]


def near_note(line: CartLine) -> str:
    """What a customer who takes units near their date should know: until when they get them, or why not."""
    got = sum(e.quantity for e in line.adjustments if e.kind is OfferKind.NEAR_EXPIRY)
    if not got:
        return _("Nothing near its date is good on that day: fresh ones at their full price.")
    days = [units.expires_on for units in line.reduced if units.expires_on]
    if not days:
        return ""
    text = _("This price only if delivered by %(day)s.") % {"day": f"{min(days):%d/%m}"}
    if got < line.quantity:
        text = f"{text} " + _("The rest comes fresh at its full price.")
    return text


def coupon_note(coupon: Coupon) -> str:
    """What a code does, in words."""
    match coupon.state:
        case CouponState.APPLIED:
            return _("lowers this order")
        case CouponState.NO_EFFECT:
            return _("nothing in this cart is lowered by it")
        case CouponState.ENDED:
            return _("over, or used up")
