"""What payments promise to others: words, views, errors."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from grocery.kernel.errors import DomainError
from grocery.kernel.money import Money, dong


class Method(StrEnum):
    """How the customer wants to pay.

    card, momo: a provider holds the money until the goods are packed · bank_transfer: the customer sends it before ·
    cash_on_delivery: the driver takes it. store_credit pays beside one of these; nobody chooses it alone.
    """

    CARD = "card"
    MOMO = "momo"
    BANK_TRANSFER = "bank_transfer"
    CASH_ON_DELIVERY = "cash_on_delivery"
    STORE_CREDIT = "store_credit"


class PaymentState(StrEnum):
    """Where the money is.

    intended: we have written down what we want · pending: the customer has to act, or the provider is at work ·
    authorised: the money is held for us, or promised in cash · captured: it is ours · cancelled: the hold is gone,
    nothing was taken · failed: the provider would not even begin · unknown: we asked, and have no answer yet.
    """

    INTENDED = "intended"
    PENDING = "pending"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    CANCELLED = "cancelled"
    FAILED = "failed"
    UNKNOWN = "unknown"


class RefundState(StrEnum):
    """Where money is that goes back.

    requested: we have written it down and the provider has yet to be asked · pending: on its way · succeeded: the
    customer has it · owed: a person has to see to it, because it was cash or the provider could not give it back.
    """

    REQUESTED = "requested"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    OWED = "owed"


#: The money is promised to us, or ours.
HELD: Final = frozenset({PaymentState.AUTHORISED, PaymentState.CAPTURED})
#: Nothing comes after these.
FINAL: Final = frozenset({PaymentState.CAPTURED, PaymentState.CANCELLED})


_IN_VIETNAMESE: Final = {
    PaymentState.INTENDED: "chưa bắt đầu",
    PaymentState.PENDING: "đang chờ",
    PaymentState.AUTHORISED: "đã được cấp quyền",
    PaymentState.CAPTURED: "đã thu",
    PaymentState.CANCELLED: "đã hủy",
    PaymentState.FAILED: "không thành công",
    PaymentState.UNKNOWN: "chưa rõ kết quả",
}


@dataclass(frozen=True, slots=True)
class CardForm:
    """What the customer's browser needs to confirm the payment with the provider's own script.

    `client_secret` opens this one payment: give it to its payer alone, over TLS, and never write it down.
    """

    client_secret: str = field(repr=False)
    publishable_key: str
    js_url: str
    #: The provider keeps the card, to hold the money once more without the customer.
    keeps: bool = False


@dataclass(frozen=True, slots=True)
class PayLink:
    """Where the customer confirms the payment; `qr`: the text of a QR code that leads a phone there, "" for none."""

    url: str
    qr: str = ""


@dataclass(frozen=True, slots=True)
class TransferTo:
    """What the customer has to send, to whom, under which memo; `qr`: the text of the VietQR code that says it all.

    `bank` is what people call the bank with the BIN `bank_bin`. The memo is this payment's alone.
    """

    bank: str
    bank_bin: str
    account: str
    holder: str
    amount: Money
    memo: str
    qr: str


#: What the customer has to do next, by the kind of provider.
type PaymentStep = CardForm | PayLink | TransferTo


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code to be drawn: an SVG path of its dark squares, in a field of `side` by `side`."""

    side: int
    path: str


@dataclass(frozen=True, slots=True)
class CaptureView:
    """Money that became ours, at once: an order that was topped up is captured in several parts."""

    method: Method
    amount: Money
    at: datetime


@dataclass(frozen=True, slots=True)
class RefundView:
    """Money that goes back, or went. `in_cash`: handed over, at least in part. `settled_at`: when it arrived.

    `to_credit`: how much of it is store credit, or will be: what was paid with it, and what was asked to go there.
    `failed`: its provider could not give it back, so a person does. `days`: in how many days it usually arrives from
    now on, at best and at worst, None where it has or nobody can say.
    """

    id: UUID
    order_id: UUID
    key: str
    amount: Money
    reason: str
    state: RefundState
    in_cash: bool
    requested_at: datetime
    settled_at: datetime | None = None
    to_credit: Money = field(default_factory=lambda: dong(0))
    failed: bool = False
    days: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class PaymentView:
    """How one order is paid, all its payments together. `failure_code` says why the last attempt failed, if it did.

    `payer_id` is who may see it, and staff of `store_id`. `amount` is what the order was opened for and topped up to,
    `authorised` how much of that is held or ours, `to_pay` what the customer has to authorise next (the whole, or a
    top-up), zero when nothing; a top-up ends unless that is done by `pay_until`; `pays_again`: it is to take the
    place of a hold that ends too early; `saves_card`: its customer wants the card kept. `capture_before` is when the
    provider lets the first of the holds go. `changes_to`: how they want to pay instead, which is what is to be paid
    next; until that is done the order counts on `method`. `provider` takes what is to be paid next. `refunded` has
    arrived, `refunding` is promised and has not. `credit` of it all was paid with store credit; what came back of
    that is among the refunds.
    """

    order_id: UUID
    order_number: str
    payer_id: UUID
    store_id: UUID
    method: Method
    state: PaymentState
    amount: Money
    captured: Money
    refunded: Money
    provider: str
    failure_code: str
    capture_before: datetime | None = None
    step: PaymentStep | None = None
    authorised: Money = field(default_factory=lambda: dong(0))
    to_pay: Money = field(default_factory=lambda: dong(0))
    pay_until: datetime | None = None
    pays_again: bool = False
    changes_to: Method | None = None
    saves_card: bool = False
    captures: tuple[CaptureView, ...] = ()
    refunding: Money = field(default_factory=lambda: dong(0))
    refunds: tuple[RefundView, ...] = ()
    credit: Money = field(default_factory=lambda: dong(0))


@dataclass(frozen=True, slots=True)
class HoldEnding:
    """A hold that its bank lets go at `ends_at`, and that nothing takes the place of so far."""

    order_id: UUID
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class ProviderHealth:
    """Does the provider answer, how quickly, and if not, why."""

    provider: str
    answers: bool
    milliseconds: int
    reason: str = ""


class MethodNotOffered(DomainError):
    """The shop takes no money in this way at present."""

    code = "payment_method_not_offered"
    en = "This way to pay is not available. Please choose another."
    vi = "Hình thức thanh toán này hiện không dùng được. Vui lòng chọn hình thức khác."

    def __init__(self, method: Method) -> None:
        self.method = method


class AmountTooSmall(DomainError):
    """The provider takes no payment of so little."""

    code = "amount_too_small"
    en = "This way to pay takes {minimum} or more."
    vi = "Hình thức này nhận thanh toán từ {minimum} trở lên."

    def __init__(self, amount: Money, minimum: Money) -> None:
        self.amount, self.minimum = amount, minimum


class AmountTooLarge(DomainError):
    """The provider takes no payment of so much."""

    code = "amount_too_large"
    en = "This way to pay takes at most {maximum}."
    vi = "Hình thức này nhận thanh toán tối đa {maximum}."

    def __init__(self, amount: Money, maximum: Money) -> None:
        self.amount, self.maximum = amount, maximum


class MoreThanAuthorised(DomainError):
    """One cannot take more than was held."""

    code = "more_than_authorised"
    en = "{amount} is more than the {authorised} that were authorised."
    vi = "{amount} vượt quá {authorised} đã được cấp quyền."

    def __init__(self, amount: Money, authorised: Money) -> None:
        self.amount, self.authorised = amount, authorised


class MoreThanCaptured(DomainError):
    """One cannot give back more than was taken, less what was given back or is on its way."""

    code = "more_than_captured"
    en = "{amount} is more than the {left} that can be given back."
    vi = "{amount} vượt quá {left} còn có thể hoàn lại."

    def __init__(self, amount: Money, left: Money) -> None:
        self.amount, self.left = amount, left


class RefundIs(DomainError):
    """The refund is in a state in which this cannot be done."""

    code = "refund_state"
    status = 409
    en = "Nobody has to see to this refund now."
    vi = "Khoản hoàn tiền này hiện không cần ai xử lý."


class ShortfallIs(DomainError):
    """Somebody has seen to it in the meantime."""

    code = "shortfall_state"
    status = 409
    en = "Somebody has already seen to this amount."
    vi = "Khoản tiền này đã có người xử lý."


@dataclass(frozen=True, slots=True)
class StatementTaken:
    """What a statement held: transfers that are new, those that we knew, the lines that nobody can read."""

    new: int
    known: int
    unreadable: tuple[int, ...]


class NotAStatement(DomainError):
    """The file lacks columns without which no transfer can be booked."""

    code = "not_a_statement"
    en = "The file has no column {missing}."
    vi = "Tệp không có cột {missing}."

    def __init__(self, missing: list[str]) -> None:
        self.missing = ", ".join(missing)


class TransferIs(DomainError):
    """Nothing can be done about this transfer, or not this."""

    code = "transfer_state"
    status = 409
    en = "This transfer has been seen to in the meantime, or this cannot be done with it."
    vi = "Khoản chuyển này đã có người xử lý, hoặc không thể xử lý theo cách này."


class NotPaidByTransfer(DomainError):
    """The order is paid in another way."""

    code = "not_paid_by_transfer"
    en = "Order {number} is not paid by bank transfer."
    vi = "Đơn {number} không thanh toán bằng chuyển khoản."

    def __init__(self, number: str) -> None:
        self.number = number


class PaymentIs(DomainError):
    """The payment is in a state in which this cannot be done."""

    code = "payment_state"
    status = 409
    en = "The payment is {state}; this is not possible now."
    vi = "Khoản thanh toán {_in_vietnamese}; không thể thực hiện lúc này."

    def __init__(self, state: PaymentState) -> None:
        self.state, self._in_vietnamese = state, _IN_VIETNAMESE[state]


class PaymentRefused(DomainError):
    """The provider would not begin this payment; `reason` is its code."""

    code = "payment_refused"
    en = "The payment provider refused: {reason}."
    vi = "Nhà cung cấp thanh toán từ chối: {reason}."

    def __init__(self, reason: str) -> None:
        self.reason = reason


class ProviderUnavailable(DomainError):
    """The provider did not answer in time. Nothing is lost: ask again, the same payment continues."""

    code = "payment_provider_unavailable"
    status = 503
    en = "The payment provider does not answer. Please try again in a moment."
    vi = "Nhà cung cấp thanh toán chưa phản hồi. Vui lòng thử lại sau ít phút."

    def __init__(self, provider: str) -> None:
        self.provider = provider


class BadWebhook(DomainError):
    """Not signed by the provider, signed long ago, or not readable. Nothing was stored."""

    code = "bad_webhook"
    status = 400
    en = "The webhook is not acceptable: {reason}."
    vi = "Webhook không hợp lệ: {reason}."

    def __init__(self, reason: str) -> None:
        self.reason = reason
