"""Reading a VietQR as a bank's app does: EMVCo tags, each two digits, two digits of length, and the value."""

from __future__ import annotations

from dataclasses import dataclass

NAPAS = "A000000727"
ACCOUNT, CARD = "QRIBFTTA", "QRIBFTTC"
CHECKSUM = "6304"


@dataclass(frozen=True)
class Scanned:
    """What the code asks for. `amount` 0 and `memo` "": the customer types them."""

    bin: str
    account: str
    amount: int
    memo: str


def scan(text: str) -> Scanned:
    """Read it. Raises ValueError, with the reason, for whatever a bank's app would not take."""
    text = text.strip()
    if not text.isascii():
        raise ValueError("not ASCII")
    _check_sum(text)
    tags = _tags(text)
    for tag, value, name in (("00", "01", "version"), ("53", "704", "currency"), ("58", "VN", "country")):
        if tags.get(tag) != value:
            raise ValueError(f"{name} ({tag}) is {tags.get(tag)!r}, not {value!r}")
    if tags.get("01") not in {"11", "12"}:
        raise ValueError(f"initiation (01) is {tags.get('01')!r}, not '11' or '12'")
    bank, account = _beneficiary(tags.get("38", ""))
    return Scanned(bank, account, _amount(tags), _tags(tags.get("62", "")).get("08", ""))


def crc(text: str) -> str:
    """CRC-16/CCITT-FALSE: polynomial 0x1021, from 0xFFFF, not reflected."""
    value = 0xFFFF
    for byte in text.encode():
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1) ^ 0x1021 if value & 0x8000 else value << 1
            value &= 0xFFFF
    return f"{value:04X}"


def _check_sum(text: str) -> None:
    covered, said = text[:-4], text[-4:]
    if not covered.endswith(CHECKSUM):
        raise ValueError("no checksum (63) at the end")
    if said != crc(covered):
        raise ValueError(f"checksum is {said}, not {crc(covered)}")


def _tags(text: str) -> dict[str, str]:
    tags, at = {}, 0
    while at < len(text):
        tag, length = text[at : at + 2], text[at + 2 : at + 4]
        if not (tag.isdigit() and length.isdigit() and len(tag + length) == 4):
            raise ValueError(f"no tag at {at}")
        value = text[at + 4 : at + 4 + int(length)]
        if len(value) < int(length) or tag in tags:
            raise ValueError(f"tag {tag} is cut short or there twice")
        tags[tag] = value
        at += 4 + int(length)
    return tags


def _beneficiary(text: str) -> tuple[str, str]:
    """Bank and account of tag 38."""
    tags = _tags(text)
    if tags.get("00") != NAPAS or tags.get("02") not in {ACCOUNT, CARD}:
        raise ValueError("not a transfer to an account through NAPAS (38)")
    to = _tags(tags.get("01", ""))
    bank, account = to.get("00", ""), to.get("01", "")
    if not (len(bank) == 6 and bank.isdigit() and 0 < len(account) <= 19 and account.isalnum()):
        raise ValueError(f"no bank and account: {bank!r}, {account!r}")
    return bank, account


def _amount(tags: dict[str, str]) -> int:
    text = tags.get("54", "0")
    if not text.isdigit() or len(text) > 13:
        raise ValueError(f"amount (54) is {text!r}")
    return int(text)
