"""The cart and its sums as the pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from grocery.kernel import clock
from grocery.kernel.money import Money
from grocery.kernel.quantity import Quantity, plain
from grocery.ordering.public import CartLine, CartNews, CartView, whole_pieces
from grocery.storefront import offers, shelf, wording
from grocery.storefront.shelf import Stepper


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What changed about a line; `kind` is a badge: warn, good, info."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    sku: str
    url: str
    name: str
    amount: str
    was: str
    facts: tuple[str, ...]
    image: str
    tint: str
    note: str
    choice: str
    named: str
    notes: tuple[Note, ...]
    stepper: Stepper
    near: Switch | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A button that takes units near their date, or fresh ones again; `on` is what it sends."""

    on: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vat:
    label: str
    amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What it comes to. `fee` is empty until a slot is held."""

    count: int
    subtotal: str
    #: What offers take off the goods; empty for nothing.
    discount: str
    fee: str
    fee_label: str
    #: The fee before an offer made it less; empty where none did.
    fee_was: str
    total: str
    total_minor: int
    vat: tuple[Vat, ...]
    by_weight: int
    most: str = ""


def lines(cart: CartView, language: str) -> list[Line]:
    """The lines of the cart in the order they were put in."""
    return [_line(line, language) for line in cart.lines]


def _line(line: CartLine, language: str) -> Line:
    name = line.name(language)
    return Line(
        sku=line.sku,
        url=shelf.product_url(line.sku),
        name=name,
        amount=str(line.amount),
        was=str(line.list_amount) if line.amount < line.list_amount else "",
        facts=(*_facts(line, language), *offers.reasons(line.adjustments, language)),
        image=line.image,
        tint=line.tint,
        note=line.note,
        choice=line.substitution.value if line.substitution else "",
        named=line.substitute_sku,
        notes=tuple(_notes(line, language)),
        stepper=shelf.stepper_for(
            line.sku,
            unit=line.unit,
            step=line.step,
            piece_weight=line.piece_weight,
            quantity=line.quantity,
            name=name,
            language=language,
        ),
        near=_switch(line, language),
    )


def _switch(line: CartLine, language: str) -> Switch | None:
    """Whether the line could take units near their date, or does."""
    if line.near_expiry:
        return Switch(on="0", text=_("Fresh ones instead, full price"))
    best = max(line.reduced, key=lambda units: units.percent, default=None)
    if best is None or not line.on_sale:
        return None
    there = whole_pieces(best.available, line.piece_weight)
    if not there:
        return None
    some = _said(min(there, line.quantity), line, language)
    if best.expires_on is None:
        return Switch(on="1", text=_("%(some)s at −%(percent)s%%") % {"some": some, "percent": best.percent})
    text = _("%(some)s best before %(day)s at −%(percent)s%%")
    return Switch(on="1", text=text % {"some": some, "day": f"{best.expires_on:%d/%m}", "percent": best.percent})


def _facts(line: CartLine, language: str) -> tuple[str, ...]:
    """What one costs, where it is more than one; of goods by weight the most that will be paid."""
    if line.unit == "piece":
        return (str(line.price),) if line.quantity != 1 else ()
    about = wording.about(line.quantity, line.unit, line.piece_weight, language)
    ceiling = _("Pay by weight, never above %(most)s") % {"most": line.amount + line.headroom}
    return (f"{about} · {wording.per(line.price, line.unit)}", ceiling)


def _notes(line: CartLine, language: str) -> list[Note]:
    if not line.on_sale:
        return [Note(kind="warn", text=_("No longer sold here. Please take it out."))]
    notes = []
    if line.shortage:
        there = whole_pieces(line.available, line.piece_weight)
        left = {"left": _said(there, line, language), "wanted": _said(line.quantity, line, language)}
        text = _("Only %(left)s left, you chose %(wanted)s.") if there else _("Sold out. Please take it out.")
        notes.append(Note(kind="warn", text=text % left))
    if line.excess:
        most = _said(whole_pieces(Quantity(line.quantity - line.excess), line.piece_weight), line, language)
        notes.append(Note(kind="warn", text=_("At most %(most)s per order.") % {"most": most}))
    if line.near_expiry and (why := offers.near_note(line)):
        notes.append(Note(kind="info", text=why))
    if CartNews.BACK_IN_STOCK in line.news:
        notes.append(Note(kind="good", text=_("Back in stock")))
    if CartNews.SOLD_AGAIN in line.news:
        notes.append(Note(kind="good", text=_("Sold here again")))
    if CartNews.OFFER_ENDED in line.news:
        less = line.discount_before - (line.list_amount - line.amount)
        notes.append(Note(kind="info", text=_("An offer has ended: %(less)s less off") % {"less": less}))
    if line.price_change and CartNews.PRICE in line.news:
        notes.append(_price_note(line.price_change.before, line.price_change.now))
    return notes


def _said(amount: Quantity, line: CartLine, language: str) -> str:
    return wording.portion(amount, line.unit, line.piece_weight, language)


def _price_note(before: Money, now: Money) -> Note:
    if now < before:
        return Note(kind="good", text=_("%(saved)s cheaper than when you added it") % {"saved": before - now})
    return Note(kind="info", text=_("Now %(now)s, it was %(before)s") % {"now": now, "before": before})


def sums(cart: CartView, *, when: str = "", pickup: bool = False) -> Sums:
    """What the cart comes to; `when` is the slot in words."""
    label = _("Pickup") if pickup else _("Delivery")
    return Sums(
        count=len(cart.lines),
        subtotal=str(cart.subtotal),
        discount=str(-cart.discount) if cart.discount else "",
        fee=_fee(cart.fee - cart.fee_discount if cart.fee is not None else None),
        fee_was=str(cart.fee) if cart.fee_discount else "",
        fee_label=f"{label} · {when}" if when else label,
        total=str(cart.total),
        total_minor=cart.total.minor,
        vat=tuple(Vat(label=_vat(part.rate), amount=str(part.vat)) for part in cart.vat if part.vat),
        by_weight=sum(line.unit != "piece" for line in cart.lines),
        most=str(cart.ceiling),
    )


def slot_words(cart: CartView) -> str:
    """The slot that is held for this cart; empty where none is."""
    if cart.slot is None:
        return ""
    return wording.when(cart.slot.starts_at, cart.slot.ends_at, today=wording.local(clock.now()).date())


def _fee(fee: Money | None) -> str:
    if fee is None:
        return ""
    return str(fee) if fee else _("Free")


def _vat(rate: Decimal) -> str:
    return _("Includes VAT %(rate)s%%") % {"rate": plain(rate)}
