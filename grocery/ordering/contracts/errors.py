"""What can go wrong with carts and orders."""

from __future__ import annotations

from collections.abc import Sequence

from grocery.kernel.errors import DomainError
from grocery.kernel.money import Money
from grocery.kernel.quantity import Quantity, plain
from grocery.ordering.contracts.orders import OrderState


class ProductNotSold(DomainError):
    """These SKUs are unknown, or the shop does not sell them (any more)."""

    code = "product_not_sold"
    en = "Not sold here: {skus_text}."
    vi = "Cửa hàng không bán: {skus_text}."

    def __init__(self, skus: Sequence[str]) -> None:
        self.skus = list(skus)

    def text(self, language: str) -> str:
        return (self.vi if language == "vi" else self.en).format(skus_text=", ".join(self.skus))


class QuantityTooLarge(DomainError):
    code = "quantity_too_large"
    field = "quantity"
    en = "At most {most} of one product."
    vi = "Tối đa {most} cho mỗi sản phẩm."

    def __init__(self, sku: str, most: Quantity) -> None:
        self.sku, self.most = sku, plain(most)


class QuantityNotPositive(DomainError):
    """Less than nothing cannot be in a cart; 0 takes a line out."""

    code = "quantity_not_positive"
    field = "quantity"
    en = "A quantity cannot be less than nothing."
    vi = "Số lượng không thể nhỏ hơn 0."

    def __init__(self, sku: str, wanted: Quantity) -> None:
        self.sku, self.wanted = sku, plain(wanted)


class QuantityNotInSteps(DomainError):
    """The product is sold by the piece, or by 0.1 kg: its step."""

    code = "quantity_not_in_steps"
    field = "quantity"
    en = "Sold in steps of {step}."
    vi = "Bán theo bước {step}."

    def __init__(self, sku: str, step: Quantity) -> None:
        self.sku, self.step = sku, plain(step)


class CartFull(DomainError):
    code = "cart_full"
    en = "A cart holds at most {most} different products."
    vi = "Giỏ hàng chứa tối đa {most} sản phẩm khác nhau."

    def __init__(self, most: int) -> None:
        self.most = most


class CartEmpty(DomainError):
    code = "cart_empty"
    en = "The cart is empty."
    vi = "Giỏ hàng đang trống."


class TotalChanged(DomainError):
    """The total is no longer what the customer agreed to; show the cart again."""

    code = "total_changed"
    status = 409
    en = "The total is now {now_text}, not {before_text}. Please look again before ordering."
    vi = "Tổng tiền hiện là {now_text}, không phải {before_text}. Vui lòng xem lại trước khi đặt."

    def __init__(self, before: Money, now: Money) -> None:
        self.before, self.now = before.minor, now.minor
        self._texts = {"before_text": str(before), "now_text": str(now)}

    def text(self, language: str) -> str:
        return (self.vi if language == "vi" else self.en).format_map(self._texts)


class BelowMinimum(DomainError):
    code = "below_minimum"
    en = "Orders start at {minimum_text}."
    vi = "Đơn hàng tối thiểu {minimum_text}."

    def __init__(self, minimum: Money, subtotal: Money) -> None:
        self.minimum, self.subtotal = minimum.minor, subtotal.minor
        self._minimum_text = str(minimum)

    def text(self, language: str) -> str:
        return (self.vi if language == "vi" else self.en).format(minimum_text=self._minimum_text)


class OrderNotCancellable(DomainError):
    """It is too late: it is being picked, or has ended."""

    code = "order_not_cancellable"
    status = 409
    en = "Order {number} can no longer be cancelled. Please call the store."
    vi = "Không thể hủy đơn {number} nữa. Vui lòng gọi cửa hàng."

    def __init__(self, number: str, state: OrderState) -> None:
        self.number, self.state = number, state.value


class WrongState(DomainError):
    """The order is not where this step starts."""

    code = "wrong_state"
    status = 409
    en = "Order {number} is {state}; it cannot become {wanted}."
    vi = "Đơn {number} đang ở trạng thái {state}; không thể chuyển sang {wanted}."

    def __init__(self, number: str, state: OrderState, wanted: OrderState) -> None:
        self.number, self.state, self.wanted = number, state.value, wanted.value


class MoreThanOrdered(DomainError):
    """Of a line no more can be called off than there is of it."""

    code = "more_than_ordered"
    field = "lines"
    en = "{sku}: only {most} are in the order."
    vi = "{sku}: đơn chỉ có {most}."

    def __init__(self, sku: str, most: Quantity) -> None:
        self.sku, self.most = sku, plain(most)


class NothingToPay(DomainError):
    """The order is cancelled or paid on delivery."""

    code = "nothing_to_pay"
    status = 409
    en = "Order {number} needs no payment now."
    vi = "Đơn {number} hiện không cần thanh toán."

    def __init__(self, number: str) -> None:
        self.number = number


class WeightOutOfTolerance(DomainError):
    """More was packed than ordered, or too little; only goods by weight or volume may differ at all."""

    code = "weight_out_of_tolerance"
    field = "weights"
    en = "{sku}: {least} to {most} may be packed."
    vi = "{sku}: được đóng gói từ {least} đến {most}."

    def __init__(self, sku: str, least: Quantity, most: Quantity) -> None:
        self.sku, self.least, self.most = sku, plain(least), plain(most)
