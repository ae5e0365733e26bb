"""What makes a product fit to be written down; the same for staff, imports and the demo."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from grocery.catalog.contracts import MOST_PER_ORDER, Allergen, Dietary, NetUnit, ProductDraft, Storage, Tint, Unit
from grocery.catalog.policies import brands, countries, nutrition
from grocery.catalog.policies.gtin import gtin14
from grocery.catalog.policies.texts import CONTROL, tidy
from grocery.kernel.errors import Invalid
from grocery.kernel.quantity import LARGEST, STEP

#: đồng; nothing in a grocery costs more for one unit.
DEAREST: Final = 1_000_000_000
LONGEST_NAME: Final = 200
LONGEST_DESCRIPTION: Final = 4000
MOST_LABELS: Final = 20
LONGEST_REGION: Final = 80
_SKU = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_LABEL = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_IMAGE = re.compile(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._/-]{0,199}")


def checked(draft: ProductDraft) -> ProductDraft:
    """The draft as it is kept: texts tidied, GTIN with fourteen digits, labels sorted.

    Raises Invalid for the first field that is wrong.
    """
    draft = replace(
        draft,
        name_en=tidy(draft.name_en),
        name_vi=tidy(draft.name_vi),
        description_en=_paragraphs(draft.description_en),
        description_vi=_paragraphs(draft.description_vi),
        dietary=tuple(sorted(set(draft.dietary))),
        allergens=None if draft.allergens is None else tuple(sorted(set(draft.allergens))),
        tags=tuple(sorted(set(draft.tags))),
        gtin=_gtin(draft.gtin),
        brand=_brand(draft.brand),
        origin_region_en=tidy(draft.origin_region_en),
        origin_region_vi=tidy(draft.origin_region_vi),
        min_freshness_days=draft.min_freshness_days if draft.perishable else None,
        step=draft.step if draft.piece_weight is None else draft.piece_weight,
    )
    for wrong in _faults(draft):
        raise wrong
    return draft


def _paragraphs(text: str) -> str:
    """NFC, one kind of line end, no blanks around: as a file that it goes through would leave it."""
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").strip()


def _gtin(text: str) -> str:
    try:
        return gtin14(text) if text.strip() else ""
    except ValueError as error:
        raise Invalid(
            "gtin", f"{error}.".capitalize(), "Mã GTIN phải có 8, 12, 13 hoặc 14 số và đúng số kiểm tra."
        ) from error


def _brand(name: str) -> str:
    try:
        return brands.checked_name(name) if name.strip() else ""
    except Invalid as error:
        raise Invalid("brand", error.text("en"), error.text("vi")) from error


def _faults(draft: ProductDraft) -> Iterator[Invalid]:
    yield from _naming_faults(draft)
    yield from _price_faults(draft)
    yield from _measure_faults(draft)
    yield from _label_faults(draft)
    yield from _origin_faults(draft)
    nutrition.checked(draft.nutrition)


def _naming_faults(draft: ProductDraft) -> Iterator[Invalid]:
    if not _SKU.fullmatch(draft.sku):
        yield Invalid(
            "sku",
            "A SKU has 1 to 64 of A-Z a-z 0-9 . _ : -.",
            "Mã SKU gồm 1 đến 64 ký tự A-Z a-z 0-9 . _ : -.",
        )
    for field in ("name_en", "name_vi"):
        name = getattr(draft, field)
        if not 1 <= len(name) <= LONGEST_NAME or CONTROL.search(name):
            yield Invalid(field, "A name has 1 to 200 characters.", "Tên dài từ 1 đến 200 ký tự.")
    for field in ("description_en", "description_vi"):
        text = getattr(draft, field)
        if len(text) > LONGEST_DESCRIPTION or CONTROL.search(text):
            yield Invalid(field, "A description has at most 4,000 characters.", "Mô tả dài tối đa 4.000 ký tự.")
    if draft.image and not _IMAGE.fullmatch(draft.image):
        yield Invalid("image", "An image is a relative path.", "Hình ảnh là một đường dẫn tương đối.")


def _price_faults(draft: ProductDraft) -> Iterator[Invalid]:
    if draft.price is None:
        if draft.active:
            yield Invalid("price", "What is on sale has a price.", "Hàng đang bán phải có giá.")
    elif not 0 < draft.price <= DEAREST:
        yield Invalid(
            "price",
            "A price is more than 0 ₫, at most 1.000.000.000 ₫.",
            "Giá phải lớn hơn 0 ₫, tối đa 1.000.000.000 ₫.",
        )
    if not _LABEL.fullmatch(draft.vat_group):
        yield Invalid("vat_group", "A VAT group is a code of a-z 0-9 _ -.", "Nhóm thuế GTGT là mã gồm a-z 0-9 _ -.")


def _measure_faults(draft: ProductDraft) -> Iterator[Invalid]:
    if not _is_measure(draft.step) or (draft.unit is Unit.PIECE and draft.step != int(draft.step)):
        yield Invalid(
            "step",
            "A step is more than 0; pieces are whole.",
            "Bước số lượng phải lớn hơn 0; hàng đếm từng sản phẩm là số nguyên.",
        )
    if draft.piece_weight is not None and (draft.unit is Unit.PIECE or not _is_measure(draft.piece_weight)):
        yield Invalid(
            "piece_weight",
            "A piece of goods paid by kg or l weighs more than 0.",
            "Khối lượng một sản phẩm phải lớn hơn 0, chỉ dùng cho hàng tính theo kg hoặc l.",
        )
    if (draft.net_content is None) != (draft.net_unit is None) or not (
        draft.net_content is None or _is_measure(draft.net_content)
    ):
        yield Invalid(
            "net_content",
            "Net content is more than 0 and has a unit.",
            "Khối lượng tịnh phải lớn hơn 0 và có đơn vị.",
        )
    if draft.perishable and (draft.min_freshness_days is None or not 0 <= draft.min_freshness_days <= 3650):
        yield Invalid(
            "min_freshness_days",
            "What spoils promises 0 to 3,650 days of freshness.",
            "Hàng dễ hỏng phải hứa từ 0 đến 3.650 ngày tươi.",
        )
    if not _is_measure(draft.max_per_order) or not draft.step <= draft.max_per_order <= MOST_PER_ORDER:
        yield Invalid(
            "max_per_order",
            f"An order holds at least one step and at most {MOST_PER_ORDER} of it.",
            f"Mỗi đơn được mua ít nhất một bước và tối đa {MOST_PER_ORDER}.",
        )


def _is_measure(amount: Decimal) -> bool:
    return amount.is_finite() and 0 < amount <= LARGEST and amount == amount.quantize(STEP)


def _label_faults(draft: ProductDraft) -> Iterator[Invalid]:
    if unknown := set(draft.dietary) - set(Dietary):
        known = ", ".join(Dietary)
        yield Invalid("dietary", f"Not known: {', '.join(unknown)}. Known: {known}.", f"Chỉ nhận: {known}.")
    if unknown := set(draft.allergens or ()) - set(Allergen):
        known = ", ".join(Allergen)
        yield Invalid("allergens", f"Not known: {', '.join(unknown)}. Known: {known}.", f"Chỉ nhận: {known}.")
    if len(draft.tags) > MOST_LABELS or not all(_LABEL.fullmatch(tag) for tag in draft.tags):
        yield Invalid("tags", "At most 20 tags of a-z 0-9 _ -.", "Tối đa 20 nhãn gồm a-z 0-9 _ -.")
    for field, value, vocabulary in (
        ("unit", draft.unit, Unit),
        ("tint", draft.tint, Tint),
        ("net_unit", draft.net_unit, NetUnit),
        ("storage", draft.storage, Storage),
    ):
        if value and value not in set(vocabulary):
            known = ", ".join(vocabulary)
            yield Invalid(field, f"One of: {known}.", f"Chỉ nhận: {known}.")
    if draft.family and not _LABEL.fullmatch(draft.family):
        yield Invalid("family", "A family is a code of a-z 0-9 _ -.", "Mã nhóm quy cách gồm a-z 0-9 _ -.")
    if draft.untranslated not in {"", "en", "vi"}:
        yield Invalid("untranslated", "One of: en, vi, or empty.", "Chỉ nhận: en, vi hoặc để trống.")
    if not 0 <= draft.popularity <= 1_000_000_000:
        yield Invalid("popularity", "Popularity is 0 or more.", "Độ phổ biến từ 0 trở lên.")


def _origin_faults(draft: ProductDraft) -> Iterator[Invalid]:
    if draft.origin_country and draft.origin_country not in countries.names("en"):
        yield Invalid(
            "origin_country",
            "A country is two letters of ISO 3166-1, such as VN.",
            "Nước xuất xứ là mã hai chữ theo ISO 3166-1, ví dụ VN.",
        )
    for field in ("origin_region_en", "origin_region_vi"):
        region = getattr(draft, field)
        if len(region) > LONGEST_REGION or CONTROL.search(region) or (region and not draft.origin_country):
            yield Invalid(
                field,
                "A region has at most 80 characters and stands beside its country.",
                "Vùng xuất xứ dài tối đa 80 ký tự và đi kèm nước xuất xứ.",
            )
