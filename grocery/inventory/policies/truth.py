"""Which of two books to believe, and how to mend the other. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from grocery.inventory.contracts import Difference, How, Remedy
from grocery.kernel.quantity import plain


def remedies(differences: Iterable[Difference], *, on_hand: Decimal, reserved: Decimal) -> list[Remedy]:
    """What to do about the differences of one lot, which says that it holds and has promised so much.

    Open reservations are believed before the lot's own sum of them: each says to whom and since when. Movements are
    believed before the lot's figure, for nobody can rewrite them; unless less would be left than is promised: then
    the shelf is believed, as what was promised from it can be taken from it.
    """
    by_book = {difference.what: difference for difference in differences}
    promises, shelf = by_book.get("reserved"), by_book.get("on hand")
    promised = promises.proven if promises else reserved
    held = shelf.proven if shelf and shelf.proven >= promised else on_hand
    found: list[Remedy] = []
    if shelf:
        found.append(_shelf(shelf, promised, on_hand=on_hand))
    if promises:
        found.append(_promises(promises, held))
    return found


def elsewhere(difference: Difference) -> Remedy:
    """What to do about a difference that is not of a lot but of a transfer."""
    recorded, proven = plain(difference.recorded), plain(difference.proven)
    return Remedy(
        difference,
        How.BY_HAND,
        f"The transfer says that {recorded} is away, its movements took {proven} off the shelves. Movements cannot "
        "be rewritten and the paper may be right: nothing is written; look for the goods and correct the lot.",
        f"Phiếu chuyển ghi {recorded} đang rời kệ, biến động kho ghi {proven}. Không thể biết bên nào đúng: "
        "không ghi gì; hãy tìm hàng và điều chỉnh lô.",
    )


def _shelf(difference: Difference, promised: Decimal, *, on_hand: Decimal) -> Remedy:
    recorded, proven, held = plain(difference.recorded), plain(difference.proven), plain(promised)
    if difference.proven >= promised:
        return Remedy(
            difference,
            How.RESET,
            f"The lot says {recorded}, its movements add up to {proven}. Movements are believed: nobody can rewrite "
            f"them. The lot will be set to {proven}; count it soon.",
            f"Lô ghi {recorded}, các biến động cộng lại là {proven}. Tin biến động vì không ai sửa được. "
            f"Lô sẽ được đặt thành {proven}; nên kiểm đếm sớm.",
        )
    if on_hand >= promised:
        gain = plain(Decimal(difference.recorded - difference.proven))
        return Remedy(
            difference,
            How.DOCUMENT,
            f"The lot says {recorded}, its movements add up to {proven}, but {held} is promised to customers. The "
            f"lot is believed: a movement “adjusted” of {gain} will explain it; count it soon.",
            f"Lô ghi {recorded}, các biến động cộng lại là {proven}, nhưng đã giữ {held} cho khách. Tin số của lô: "
            f"sẽ ghi một biến động “điều chỉnh” {gain} để giải thích; nên kiểm đếm sớm.",
        )
    return Remedy(
        difference,
        How.BY_HAND,
        f"The lot says {recorded}, its movements add up to {proven}, and {held} is promised: more than either. "
        "Nothing is written; let go of promises or count the goods first.",
        f"Lô ghi {recorded}, các biến động cộng lại là {proven}, còn đã giữ {held}: nhiều hơn cả hai. "
        "Không ghi gì; hãy bỏ bớt giữ hàng hoặc kiểm đếm trước.",
    )


def _promises(difference: Difference, held: Decimal) -> Remedy:
    recorded, proven = plain(difference.recorded), plain(difference.proven)
    if difference.proven <= held:
        return Remedy(
            difference,
            How.RESET,
            f"The lot says that {recorded} is reserved, open reservations hold {proven}. The reservations are "
            f"believed: each says for whom. Reserved will be set to {proven}.",
            f"Lô ghi đã giữ {recorded}, các lượt giữ hàng đang mở cộng lại là {proven}. Tin các lượt giữ hàng vì mỗi "
            f"lượt có khách cụ thể. Số đã giữ sẽ được đặt thành {proven}.",
        )
    return Remedy(
        difference,
        How.BY_HAND,
        f"Open reservations hold {proven}, only {plain(held)} is there. Nothing is written; count the goods, then "
        "let go of an order's promise.",
        f"Các lượt giữ hàng đang mở cộng lại là {proven}, chỉ có {plain(held)}. Không ghi gì; hãy kiểm đếm, "
        "rồi bỏ giữ hàng của một đơn.",
    )
