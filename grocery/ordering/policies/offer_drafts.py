"""What an offer may say. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from grocery.kernel.errors import Invalid
from grocery.ordering.contracts import OfferKind
from grocery.ordering.contracts.offers import OfferDraft, Period

SKUS_MOST: Final = 500
CATEGORIES_MOST: Final = 50
DEAREST: Final = 1_000_000_000


def check(draft: OfferDraft) -> None:
    """Raise Invalid, with the field, for the first thing that is wrong with a draft."""
    for fault in _faults(draft):
        raise fault


def _faults(draft: OfferDraft) -> Iterator[Invalid]:
    yield from _name_faults(draft)
    yield from _number_faults(draft)
    yield from _scope_faults(draft)
    yield from _time_faults(draft.starts_at, draft.ends_at)
    yield from _coupon_faults(draft)


def _name_faults(draft: OfferDraft) -> Iterator[Invalid]:
    for field in ("name_vi", "name_en"):
        if not 0 < len(getattr(draft, field).strip()) <= 120:
            yield Invalid(field, "A name has 1 to 120 characters.", "Tên dài từ 1 đến 120 ký tự.")


def _number_faults(draft: OfferDraft) -> Iterator[Invalid]:
    if draft.kind is OfferKind.NEAR_EXPIRY:
        yield Invalid("kind", "Goods near their date are marked down by lot.", "Hàng cận hạn được giảm giá theo lô.")
    if not 0 <= draft.percent <= 100:
        yield Invalid("percent", "1 to 100 percent.", "Từ 1 đến 100 phần trăm.")
    for field in ("price", "off"):
        amount = getattr(draft, field)
        if amount is not None and not 0 < amount <= DEAREST:
            yield Invalid(field, "More than 0 ₫.", "Phải lớn hơn 0 ₫.")
    if not 0 <= draft.from_amount <= DEAREST:
        yield Invalid("from_amount", "0 ₫ or more.", "Từ 0 ₫ trở lên.")
    yield from _reduction_faults(draft)


def _reduction_faults(draft: OfferDraft) -> Iterator[Invalid]:
    """Each kind lowers in its own way, and in one way only."""
    ways = {
        OfferKind.SKU: {"percent", "price"},
        OfferKind.CATEGORY: {"percent"},
        OfferKind.MULTI_BUY: {"percent"},
        OfferKind.BASKET: {"percent", "off"},
    }.get(draft.kind, set())
    given = {field for field in ("percent", "price", "off") if getattr(draft, field)}
    for field in sorted(given - ways):
        yield Invalid(field, "This kind of offer does not have it.", "Loại ưu đãi này không dùng mục này.")
    if ways and len(given) != 1:
        field = sorted(ways)[-1] if len(given) > 1 else "percent"
        yield Invalid(field, "Say by how much, in one way.", "Hãy nhập mức giảm, chỉ một cách.")
    if draft.kind is OfferKind.MULTI_BUY and not 0 < draft.pay < draft.buy <= 100:
        yield Invalid(
            "buy",
            "Of so many pieces fewer are at full price: 3 and 2.",
            "Số món trả đủ giá phải nhỏ hơn số món mua: 3 và 2.",
        )


def _scope_faults(draft: OfferDraft) -> Iterator[Invalid]:
    on_goods = draft.kind in {OfferKind.SKU, OfferKind.CATEGORY, OfferKind.MULTI_BUY}
    if on_goods and not (draft.skus or draft.categories):
        field = "categories" if draft.kind is OfferKind.CATEGORY else "skus"
        yield Invalid(field, "Say which goods.", "Hãy chọn hàng được giảm.")
    if draft.kind is OfferKind.SKU and draft.categories:
        yield Invalid("categories", "For a category choose the kind category.", "Hãy chọn loại giảm theo ngành hàng.")
    if not on_goods and (draft.skus or draft.categories):
        yield Invalid("skus", "This kind is for the whole basket.", "Loại này áp dụng cho cả giỏ hàng.")
    if len(draft.skus) > SKUS_MOST or len(draft.categories) > CATEGORIES_MOST:
        yield Invalid("skus", f"At most {SKUS_MOST} products.", f"Tối đa {SKUS_MOST} sản phẩm.")


def _time_faults(starts_at: datetime, ends_at: datetime | None) -> Iterator[Invalid]:
    if ends_at is not None and ends_at <= starts_at:
        yield Invalid("ends_at", "It ends after it starts.", "Thời điểm kết thúc phải sau thời điểm bắt đầu.")


def _coupon_faults(draft: OfferDraft) -> Iterator[Invalid]:
    limits = (draft.most_uses, draft.most_per_customer, draft.most_per_period)
    if any(limit is not None and limit < 1 for limit in limits):
        yield Invalid("most_uses", "At least once, or no limit.", "Ít nhất một lần, hoặc không giới hạn.")
    if not draft.needs_coupon and any(limit is not None for limit in limits):
        yield Invalid("needs_coupon", "Only coupons are counted.", "Chỉ mã giảm giá mới giới hạn lượt dùng.")
    if bool(draft.period) != (draft.most_per_period is not None) or draft.period not in {"", *Period}:
        yield Invalid("period", "So many uses in which period?", "Giới hạn lượt dùng theo kỳ nào?")
