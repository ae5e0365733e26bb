"""What the lines of a file of stock mean. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from grocery.inventory.contracts import ChangeKind, ImportMode, StockChange
from grocery.inventory.policies.changes import Refusal
from grocery.kernel.quantity import Quantity, quantity

_SKU: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_LOT: Final = re.compile(r"[!%-?A-Z_a-z\"]{0,64}")
_ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_KINDS: Final = {ImportMode.RECEIVE: ChangeKind.RECEIVE, ImportMode.COUNT: ChangeKind.COUNT}
NEEDED: Final = ("sku", "quantity")
KNOWN: Final = (*NEEDED, "lot_code", "expires_on", "low_stock_threshold", "reason")

_FAULTY = Refusal("faulty_line", "The line cannot be read.", "Không đọc được dòng này.")
_NO_SKU = Refusal("sku", "This is not a SKU.", "Đây không phải là SKU.")
_NO_QUANTITY = Refusal("quantity", "This is not a quantity.", "Đây không phải là số lượng.")
_NO_LOT = Refusal("lot_code", "This is not a lot code.", "Đây không phải là mã lô.")
_NO_DAY = Refusal("expires_on", "This is not a day.", "Đây không phải là ngày.")
_NO_THRESHOLD = Refusal("low_stock_threshold", "This is not a threshold.", "Ngưỡng sắp hết không hợp lệ.")


@dataclass(frozen=True, slots=True)
class Profile:
    """How a kind of file names its columns, and writes days."""

    about: str
    columns: Mapping[str, str]
    day_format: str


PROFILES: Final = {
    "grocery": Profile(
        "sku, quantity, lot_code, expires_on (2026-11-30)", {name: name for name in KNOWN}, "%Y-%m-%d"
    ),
    "vi": Profile(
        "Mã hàng, Số lượng, Lô, Hạn sử dụng (30/11/2026), Tồn tối thiểu, Lý do",
        {
            "sku": "Mã hàng",
            "quantity": "Số lượng",
            "lot_code": "Lô",
            "expires_on": "Hạn sử dụng",
            "low_stock_threshold": "Tồn tối thiểu",
            "reason": "Lý do",
        },
        "%d/%m/%Y",
    ),
}


@dataclass(frozen=True, slots=True)
class ReadLine:
    """What a line says: a change, and perhaps when its SKU counts as low from now on."""

    change: StockChange
    threshold: Quantity | None


def read(row: Mapping[str, str] | None, *, mode: ImportMode, day_format: str) -> ReadLine:
    """What a row (by our names; None: it is broken) says. Raises Refusal."""
    if row is None:
        raise _FAULTY
    sku, lot_code = row.get("sku", "").strip(), row.get("lot_code", "").strip()
    if not _SKU.fullmatch(sku):
        raise _NO_SKU
    if not _LOT.fullmatch(lot_code):
        raise _NO_LOT
    amount = _amount(row.get("quantity", ""), _NO_QUANTITY)
    if amount is None:
        raise _NO_QUANTITY
    reason = row.get("reason", "").strip()[:200]
    change = StockChange(_KINDS[mode], sku, amount, lot_code, _day(row.get("expires_on", ""), day_format), reason)
    return ReadLine(change, _amount(row.get("low_stock_threshold", ""), _NO_THRESHOLD))


def _amount(text: str, otherwise: Refusal) -> Quantity | None:
    """`2.5` or `2,5`; None for nothing."""
    text = text.strip()
    if not text:
        return None
    try:
        amount = quantity(text if "." in text else text.replace(",", "."))
    except ValueError as error:
        raise otherwise from error
    if amount < 0:
        raise otherwise
    return amount


def _day(text: str, day_format: str) -> date | None:
    """As the profile writes days; or 2026-11-30, which is what a day in a spreadsheet is read as."""
    text = text.strip()
    if not text:
        return None
    try:
        if _ISO_DAY.fullmatch(text):
            return date.fromisoformat(text)
        return datetime.strptime(text, day_format).date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise _NO_DAY from error
