"""What messages say of money, by the way in which it was paid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from grocery.ordering.public import PaymentMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyWords:
    """`held`: the order is confirmed · `changed`: it comes to another amount · `released`: it is off · `back`: where
    money goes that is given back."""

    held: str
    changed: str
    released: str
    back: str = ""


_CASH, _CARD = PaymentMethod.CASH_ON_DELIVERY, PaymentMethod.CARD
_MOMO, _TRANSFER = PaymentMethod.MOMO, PaymentMethod.BANK_TRANSFER
_WORDS: Final = {
    ("en", _CARD): MoneyWords(
        held="The money is held on your card and only taken once everything is packed.",
        changed="Your card is charged once everything is packed, never more than is held.",
        released="Your card was not charged."
        " Anything held on it is released by your bank, usually within a few days.",
        back="to your card, usually within a few days",
    ),
    ("vi", _CARD): MoneyWords(
        held="Tiền đã được giữ trên thẻ, chỉ trừ sau khi đóng gói xong.",
        changed="Thẻ chỉ bị trừ tiền khi đóng gói xong, không quá khoản đã giữ.",
        released="Thẻ của bạn không bị trừ tiền."
        " Khoản đã giữ (nếu có) được ngân hàng trả lại, thường trong vài ngày.",
        back="vào thẻ của bạn, thường trong vài ngày",
    ),
    ("en", _MOMO): MoneyWords(
        held="The money is held in your MoMo wallet and only taken once everything is packed."
        " MoMo takes all that is held; what you do not get goes back at once.",
        changed="MoMo takes what is held once everything is packed; what you do not get goes back at once.",
        released="Nothing was taken from your MoMo wallet. Anything held in it is released.",
        back="to your MoMo wallet, usually within minutes",
    ),
    ("vi", _MOMO): MoneyWords(
        held="Tiền đã được giữ trong ví MoMo, chỉ trừ sau khi đóng gói xong."
        " MoMo trừ toàn bộ khoản giữ; phần hàng không nhận được hoàn lại ngay.",
        changed="MoMo trừ khoản đang giữ khi đóng gói xong; phần hàng không nhận được hoàn lại ngay.",
        released="Ví MoMo của bạn không bị trừ tiền. Khoản đã giữ (nếu có) được trả lại.",
        back="vào ví MoMo của bạn, thường trong vài phút",
    ),
    ("en", _TRANSFER): MoneyWords(
        held="Your transfer has arrived. What you do not get goes back to you once everything is packed.",
        changed="You pay by bank transfer. What you do not get goes back to you once everything is packed.",
        released="Anything that you have transferred goes back to your bank account.",
        back="to your bank account, usually within a few days",
    ),
    ("vi", _TRANSFER): MoneyWords(
        held="Chúng tôi đã nhận được chuyển khoản. Phần hàng không nhận được hoàn lại sau khi đóng gói xong.",
        changed="Bạn trả bằng chuyển khoản. Phần hàng không nhận được hoàn lại sau khi đóng gói xong.",
        released="Khoản bạn đã chuyển (nếu có) được hoàn về tài khoản ngân hàng của bạn.",
        back="về tài khoản ngân hàng của bạn, thường trong vài ngày",
    ),
    ("en", _CASH): MoneyWords(
        held="You pay in cash when you receive it.",
        changed="You pay in cash when you receive it.",
        released="There is nothing to pay for this order.",
    ),
    ("vi", _CASH): MoneyWords(
        held="Bạn trả tiền mặt khi nhận hàng.",
        changed="Bạn trả tiền mặt khi nhận hàng.",
        released="Bạn không phải trả gì cho đơn này.",
    ),
}


def money_words(method: PaymentMethod, language: str) -> MoneyWords:
    """Of that way to pay, in that language."""
    return _WORDS[language, method]
