"""Picking: who walks the aisles for which orders, what is taken, and what may be wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum
from uuid import UUID

from grocery.kernel.errors import DomainError
from grocery.kernel.money import Money
from grocery.kernel.quantity import Quantity, plain
from grocery.ordering.contracts.orders import OrderState, OrderView


class Urgency(StrEnum):
    """How an order that waits to be picked stands against its start-by time."""

    CALM = "calm"
    SOON = "soon"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class WaitingOrder:
    """An order that nobody is picking. `start_by`: when somebody should begin. `begun`: it was given back."""

    order_id: UUID
    number: str
    slot_starts_at: datetime
    slot_ends_at: datetime
    zone: str
    start_by: datetime
    urgency: Urgency
    lines: int
    begun: bool


@dataclass(frozen=True, slots=True)
class WaveOrder:
    """One order of a wave. `letter` is what its crates are called on the walk."""

    order_id: UUID
    number: str
    letter: str
    slot_starts_at: datetime
    slot_ends_at: datetime
    zone: str
    start_by: datetime
    state: OrderState


@dataclass(frozen=True, slots=True)
class WaveView:
    """Orders that one person picks in one walk. `paused_at` None: they are walking."""

    id: UUID
    store_id: UUID
    picker_id: UUID
    started_at: datetime
    paused_at: datetime | None
    orders: tuple[WaveOrder, ...]


class Cold(IntEnum):
    """What goods need on the way to the door; the walk takes them in this order."""

    AMBIENT = 0
    CHILLED = 1
    FROZEN = 2


class ShortOutcome(StrEnum):
    """What was done about goods that the shelf did not hold."""

    ASKED = "asked"
    REPLACED = "replaced"
    LEFT_OUT = "left_out"


class NothingToPick(DomainError):
    """No order of this store waits, or somebody else was quicker."""

    code = "nothing_to_pick"
    status = 409
    en = "No order is waiting to be picked; somebody else may have taken it."
    vi = "Không có đơn nào chờ lấy hàng; có thể người khác đã nhận."


class PickerBusy(DomainError):
    """Who picks has a wave already: one walk at a time."""

    code = "picker_busy"
    status = 409
    en = "Finish the wave that you have, or give it back."
    vi = "Hãy xong lượt lấy hàng đang có, hoặc trả lại."


class NotYourWave(DomainError):
    """Somebody else picks these orders. A manager may take them over."""

    code = "not_your_wave"
    status = 409
    en = "Somebody else is picking this order."
    vi = "Người khác đang lấy hàng cho đơn này."


class WavePaused(DomainError):
    """The wave rests; whoever goes on has to say so first."""

    code = "wave_paused"
    status = 409
    en = "This wave is paused. Resume it first."
    vi = "Lượt lấy hàng đang tạm dừng. Hãy tiếp tục trước."


class WrongGoods(DomainError):
    """What was scanned is not what the line says: it does not go into the crate."""

    code = "wrong_goods"
    status = 409
    en = "Wrong item: this is {_en}. Put it back."
    vi = "Sai hàng: đây là {_vi}. Hãy để lại chỗ cũ."

    def __init__(self, sku: str, en: str, vi: str) -> None:
        self.sku, self._en, self._vi = sku, en, vi


class TooShortDated(DomainError):
    """The lot that was scanned does not keep as long as the customer was promised."""

    code = "too_short_dated"
    status = 409
    en = "This lot is best before {expires_on}; the customer was promised {needed} or later. Take another lot."
    vi = "Lô này hạn dùng {expires_on}; khách được hứa từ {needed} trở đi. Hãy lấy lô khác."

    def __init__(self, expires_on: date, needed: date) -> None:
        self.expires_on, self.needed = f"{expires_on:%d/%m/%Y}", f"{needed:%d/%m/%Y}"


class NotScanned(DomainError):
    """Neither a code nor a reason why there is none."""

    code = "not_scanned"
    field = "code"
    en = "Scan the item, or say why its code cannot be read."
    vi = "Hãy quét món hàng, hoặc cho biết vì sao không đọc được mã."


class MoreThanWanted(DomainError):
    """Together with what is in the crate this would be more than the order says."""

    code = "more_than_wanted"
    field = "quantity"
    en = "At most {most} more of {sku}."
    vi = "{sku}: lấy thêm tối đa {most}."

    def __init__(self, sku: str, most: Quantity) -> None:
        self.sku, self.most = sku, plain(most)


class NothingToUndo(DomainError):
    """Nothing was picked yet, or all of it is sealed."""

    code = "nothing_to_undo"
    status = 409
    en = "There is nothing to undo."
    vi = "Không có gì để hoàn tác."


@dataclass(frozen=True, slots=True)
class Checked:
    """Goods in hand that are the right ones. `quantity`: how much the code says there is, if it says so."""

    lot_code: str = ""
    expires_on: date | None = None
    quantity: Quantity | None = None
    gtin: str = ""


@dataclass(frozen=True, slots=True)
class Handful:
    """Goods of one line that go into the crate. `code` as scanned; empty: `by_hand` says why.

    `id` is made by who asks: the same handful sent twice is one. `more_follows`: what is weighed is not all of it.
    """

    id: UUID
    order_id: UUID
    sku: str
    quantity: Quantity
    code: str = ""
    by_hand: str = ""
    more_follows: bool = False
    #: Nothing better can be weighed: where it is out of tolerance the customer is asked.
    ask: bool = False


@dataclass(frozen=True, slots=True)
class LotToTake:
    """So much of one lot that is kept for the order."""

    lot_code: str
    expires_on: date | None
    quantity: Quantity


@dataclass(frozen=True, slots=True)
class Spot:
    """Where goods stand. `rank`: of two the lower one is walked past first; aisle and shelf may not be known."""

    cold: Cold = Cold.AMBIENT
    aisle: str = ""
    shelf: str = ""
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Shortage:
    """What is missing of a line will not be found. `with_sku` None: nothing instead.

    `id` is made by who asks: the same shortage sent twice is one.
    """

    id: UUID
    order_id: UUID
    sku: str
    with_sku: str | None = None


@dataclass(frozen=True, slots=True)
class NewCrate:
    """A box to be carried. `number` is what its label says, `cold` how it has to be kept on the way."""

    number: str
    cold: Cold = Cold.AMBIENT


class LinesOpen(DomainError):
    """Nothing is sealed before each line is found, replaced or left out."""

    code = "lines_open"
    status = 409
    en = "Order {number} is not complete: {skus_text}."
    vi = "Đơn {number} chưa đủ hàng: {skus_text}."

    def __init__(self, number: str, skus: Sequence[str]) -> None:
        self.number, self.skus = number, list(skus)

    def text(self, language: str) -> str:
        return (self.vi if language == "vi" else self.en).format(number=self.number, skus_text=", ".join(self.skus))


class NothingMissing(DomainError):
    """All that the order says of it is in the crate."""

    code = "nothing_missing"
    status = 409
    en = "Nothing is missing of {sku}."
    vi = "{sku} không thiếu."

    def __init__(self, sku: str) -> None:
        self.sku = sku


class ItemState(StrEnum):
    """How a line stands on the walk. ASKED: the customer has to answer first.

    TAKE_OUT: it does not come, or is too much and was refused, but is still in the crate.
    """

    OPEN = "open"
    ASKED = "asked"
    DONE = "done"
    TAKE_OUT = "take_out"


@dataclass(frozen=True, slots=True)
class WalkItem:
    """One line of one order on the walk. `found` of `ordered` is in the crate; `least` to `most` close it.

    `replaces`: the SKU that it stands in for. `answer_by`: until when the customer may answer.
    """

    order_id: UUID
    number: str
    letter: str
    sku: str
    name_en: str
    name_vi: str
    unit: str
    image: str
    tint: str
    price: Money
    ordered: Quantity
    found: Quantity
    least: Quantity
    most: Quantity
    state: ItemState
    spot: Spot
    lots: tuple[LotToTake, ...]
    note: str
    choice: str
    replaces: str
    answer_by: datetime | None
    piece_weight: Quantity | None = None

    def name(self, language: str) -> str:
        return self.name_vi if language == "vi" else self.name_en

    @property
    def weighed(self) -> bool:
        return self.unit != "piece"


@dataclass(frozen=True, slots=True)
class Walk:
    """A wave with its items in walking order: what is dry first, chilled, then frozen. Notes are the customers'."""

    wave: WaveView
    items: tuple[WalkItem, ...]
    notes: tuple[tuple[str, str], ...]

    @property
    def done(self) -> int:
        return sum(item.state is ItemState.DONE for item in self.items)

    def next(self) -> WalkItem | None:
        """The next that is to be fetched, or taken out."""
        to_do = {ItemState.OPEN, ItemState.TAKE_OUT}
        return next((item for item in self.items if item.state in to_do), None)

    def item(self, order_id: UUID, sku: str) -> WalkItem | None:
        return next((item for item in self.items if item.order_id == order_id and item.sku == sku), None)

    def of_order(self, order_id: UUID) -> tuple[WalkItem, ...]:
        return tuple(item for item in self.items if item.order_id == order_id)


@dataclass(frozen=True, slots=True)
class CrateView:
    """One of the crates of an order, in their order."""

    number: str
    cold: Cold


@dataclass(frozen=True, slots=True)
class PackedLot:
    """So much of a SKU went in from a lot of that day; `expires_on` None: it does not spoil, or nobody said."""

    sku: str
    expires_on: date | None
    quantity: Quantity


@dataclass(frozen=True, slots=True)
class SealedOrder:
    """An order in its crates. `lots` first expired first."""

    order: OrderView
    crates: tuple[CrateView, ...]
    lots: tuple[PackedLot, ...]
