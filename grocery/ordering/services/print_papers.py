"""What is printed for orders in their crates, put into words."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from grocery.kernel import phones
from grocery.kernel.errors import NotFound
from grocery.kernel.money import NO_BREAK_SPACE
from grocery.kernel.quantity import ZERO, plain
from grocery.ordering import gateways
from grocery.ordering.contracts import OrderLineView, OrderView, pieces_of
from grocery.ordering.contracts.papers import DeliveryNote, Label, NoteLine, NoteWords
from grocery.ordering.contracts.picking import Cold, SealedOrder
from grocery.ordering.services.show_sealed import sealed_order, sealed_orders

_GRAMS: Final = {"kg": "g", "l": "ml"}


def print_labels(*, order_ids: Collection[UUID], store_id: UUID | None, language: str) -> bytes:
    """See `public.papers.print_labels`."""
    boxes = sealed_orders(order_ids=order_ids, store_id=store_id)
    with translation.override(language):
        labels = [label for box in boxes for label in _labels(box)]
    if not labels:
        raise NotFound("crate", "")
    return gateways.labels(labels)


def print_note(*, order_id: UUID, store_id: UUID | None) -> bytes:
    """See `public.papers.print_note`."""
    box = sealed_order(order_id=order_id, store_id=store_id)
    with translation.override(box.order.language):
        return gateways.delivery_note(_note(box))


def _labels(box: SealedOrder) -> Iterator[Label]:
    kept = {
        Cold.AMBIENT: pgettext("temperature", "dry"),
        Cold.CHILLED: pgettext("temperature", "chilled"),
        Cold.FROZEN: pgettext("temperature", "frozen"),
    }
    for position, crate in enumerate(box.crates, start=1):
        yield Label(
            number=box.order.number,
            window=_window(box.order),
            crate=_("Crate %(n)s of %(all)s") % {"n": position, "all": len(box.crates)},
            kept=kept[crate.cold],
            code=crate.number,
        )


def _note(box: SealedOrder) -> DeliveryNote:
    order = box.order
    names = {line.sku: line.name(order.language) for line in order.lines + order.gone}
    to = order.recipient
    return DeliveryNote(
        number=order.number,
        words=NoteWords(
            title=_("Delivery note"),
            columns=(_("Product"), _("Ordered"), _("Packed"), _("Price"), _("Amount")),
            keeps=_("Best before, first things first"),
            page=_("page"),
        ),
        heading=tuple(filter(None, (_window(order), f"{to.name} · {phones.spoken(to.phone)}", to.address, to.note))),
        lines=tuple(_line(line, names) for line in order.lines + order.gone),
        sums=tuple(_sums(order)),
        keeps=tuple(dict.fromkeys(_keeps(box, names))),
    )


def _keeps(box: SealedOrder, names: dict[str, str]) -> Iterator[tuple[str, str]]:
    for lot in box.lots:
        if lot.expires_on:
            yield f"{lot.expires_on:%d/%m/%Y}", names.get(lot.sku, lot.sku)


def _line(line: OrderLineView, names: dict[str, str]) -> NoteLine:
    packed = line.packed if line.packed is not None else ZERO
    amount = line.packed_amount if line.packed_amount is not None else line.amount
    return NoteLine(
        name=names[line.sku],
        ordered=_ordered(line),
        packed=_amount(packed, line.unit),
        price=f"{line.price}/{line.unit}" if line.unit in _GRAMS else str(line.price),
        amount=str(amount),
        remark=_("instead of %(name)s") % {"name": names.get(line.replaces, line.replaces)} if line.replaces else "",
    )


def _ordered(line: OrderLineView) -> str:
    """`450 g`, `2 × 350 g`: goods by the piece are counted by the customer, too."""
    pieces = pieces_of(line.quantity, line.piece_weight)
    if pieces is None or line.piece_weight is None:
        return _amount(line.quantity, line.unit)
    return f"{pieces} × {_amount(line.piece_weight, line.unit)}"


def _sums(order: OrderView) -> Iterator[tuple[str, str]]:
    """The parts of what is charged; VAT is in them."""
    paid = order.charged if order.charged is not None else order.total
    fee = order.fee - order.fee_discount
    yield _("Goods"), str(paid - fee)
    yield _("Delivery fee"), str(fee)
    for part in order.vat:
        yield _("VAT %(rate)s %% of %(gross)s") % {"rate": plain(part.rate), "gross": part.gross}, str(part.vat)
    yield _("To be paid"), str(paid)


def _amount(quantity: Decimal, unit: str) -> str:
    """`450 g`, `2,5 kg`, `3`."""
    if unit in _GRAMS and quantity < 1:
        return f"{int(quantity * 1000)}{NO_BREAK_SPACE}{_GRAMS[unit]}"
    digits = plain(quantity)
    digits = digits.replace(".", ",") if translation.get_language() == "vi" else digits
    return digits if unit == "piece" else f"{digits}{NO_BREAK_SPACE}{unit}"


def _window(order: OrderView) -> str:
    """`20/11 16:00–18:00` on the store's clock."""
    zone = ZoneInfo(order.zone)
    return f"{order.slot_starts_at.astimezone(zone):%d/%m %H:%M}–{order.slot_ends_at.astimezone(zone):%H:%M}"
