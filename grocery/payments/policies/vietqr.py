"""The text of a VietQR code: a bank's app reads it and fills in a transfer. Pure.

EMVCo's QR code for payment systems, as NAPAS profiles it: tags of two digits, two digits of length, the value, and
a CRC at the end.
"""

from __future__ import annotations

import re
from binascii import crc_hqx
from typing import Final

from grocery.kernel.money import Money

_NAPAS: Final = "A000000727"
_TO_AN_ACCOUNT: Final = "QRIBFTTA"
_DONG: Final = "704"
_MEMO: Final = re.compile(r"[A-Za-z0-9 ]{0,25}")

#: What people call the banks that they send to, by the six digits that NAPAS knows them by.
BANKS: Final = {
    "970403": "Sacombank",
    "970405": "Agribank",
    "970407": "Techcombank",
    "970415": "VietinBank",
    "970416": "ACB",
    "970418": "BIDV",
    "970422": "MB",
    "970432": "VPBank",
    "970436": "Vietcombank",
}


def vietqr(*, bank_bin: str, account: str, amount: Money | None = None, memo: str = "") -> str:
    """What the code says: send `amount` to that account with that memo; without an amount the sender types one.

    `memo`: at most 25 ASCII letters, digits and blanks. Raises ValueError for what a bank's app could not read.
    """
    if not (len(bank_bin) == 6 and bank_bin.isascii() and bank_bin.isdigit()):
        raise ValueError(f"a bank's BIN is six digits: {bank_bin!r}")
    if not (0 < len(account) <= 19 and account.isascii() and account.isalnum()):
        raise ValueError(f"an account is at most 19 letters and digits: {account!r}")
    if not _MEMO.fullmatch(memo):
        raise ValueError(f"a memo is at most 25 letters, digits and blanks: {memo!r}")
    to = _tag("00", _NAPAS) + _tag("01", _tag("00", bank_bin) + _tag("01", account)) + _tag("02", _TO_AN_ACCOUNT)
    text = _tag("00", "01") + _tag("01", "12" if amount else "11") + _tag("38", to) + _tag("53", _DONG)
    if amount:
        text += _tag("54", str(amount.minor))
    text += _tag("58", "VN")
    if memo:
        text += _tag("62", _tag("08", memo))
    return text + checksum(text)


def checksum(text: str) -> str:
    """The last tag: CRC-16/CCITT-FALSE of everything before its value, its own tag and length included."""
    covered = text + "6304"
    return f"6304{crc_hqx(covered.encode('ascii'), 0xFFFF):04X}"


def _tag(tag: str, value: str) -> str:
    return f"{tag}{len(value):02d}{value}"
