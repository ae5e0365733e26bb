"""Pure rules: how e-mails, phones and names are written, who may do what."""

from __future__ import annotations

import re
import unicodedata
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

import phonenumbers

from grocery.accounts.contracts import LANGUAGES, Role
from grocery.kernel.errors import Invalid

_REGION: Final = "VN"
_LOCAL_PART: Final = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_DIALLED: Final = re.compile(r"[0-9+() ./\u00a0\u2010-\u2015-]{6,40}")
_MOBILE: Final = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)

#: What each role may do in the admin: "<app label>.<permission>", `*` stands for anything.
PERMISSIONS: Final[dict[Role, tuple[str, ...]]] = {
    Role.PICKER: ("ordering.view_*", "ordering.change_order", "inventory.view_*", "catalog.view_*"),
    Role.DISPATCHER: ("ordering.view_*", "ordering.change_order", "delivery.*"),
    Role.SUPPORT: (
        "accounts.view_*",
        "accounts.change_customer",
        "accounts.change_refreshfamily",
        "catalog.view_*",
        "inventory.view_*",
        "payments.view_*",
        "delivery.view_*",
        "ordering.view_*",
        "ordering.change_order",
        "notifications.view_*",
    ),
    Role.BUYER: ("catalog.*", "inventory.*", "ordering.view_*"),
    Role.ACCOUNTANT: ("ledger.*", "ordering.view_*", "payments.view_*"),
    Role.MANAGER: (
        "accounts.*",
        "catalog.*",
        "inventory.*",
        "payments.*",
        "ledger.*",
        "delivery.*",
        "ordering.*",
        "notifications.*",
        "kernel.view_*",
    ),
    Role.ADMIN: ("*",),
}

_GRANTS: Final[dict[Role, frozenset[Role]]] = {
    Role.MANAGER: frozenset({Role.PICKER, Role.DISPATCHER, Role.SUPPORT, Role.BUYER}),
    Role.ADMIN: frozenset(Role),
}


def grantable(roles: frozenset[str]) -> frozenset[Role]:
    """The roles that someone with `roles` may give and take: a manager those below, an admin all."""
    return frozenset(role for mine in roles if mine in _GRANTS for role in _GRANTS[Role(mine)])


def normalised_email(text: str) -> str:
    """The one way in which we write this address: lower case, its domain in ASCII (IDNA). Raises Invalid.

    A local part beyond ASCII (RFC 6531) is refused: too few mail servers accept it.
    """
    local, at, domain = unicodedata.normalize("NFC", text).strip().lower().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        domain = ""
    labels = domain.split(".")
    email = f"{local}@{domain}"
    if (
        at
        and len(email) <= 254
        and len(local) <= 64
        and _LOCAL_PART.fullmatch(local)
        and len(labels) >= 2
        and all(len(label) <= 63 and _LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
    ):
        return email
    raise Invalid("email", "This is not an e-mail address.", "Địa chỉ e-mail không hợp lệ.")


def normalised_phone(text: str, *, field: str = "phone") -> str:
    """A mobile number in E.164; without a country code it is Vietnamese. Raises Invalid.

    Landlines are refused: couriers text. So are the eleven digits of `01…`, retired in 2018.
    """
    text = text.strip()
    try:
        if not _DIALLED.fullmatch(text):
            raise phonenumbers.NumberParseException(0, "letters")
        number = phonenumbers.parse(text, _REGION)
    except phonenumbers.NumberParseException:
        number = phonenumbers.PhoneNumber()
    if phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) in _MOBILE:
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise Invalid(field, "This is not a mobile phone number.", "Đây không phải là số điện thoại di động.")


def network_of(address: str) -> str:
    """Whom to count a network address as: itself, or the /64 that an IPv6 customer gets; empty for what is none."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
    return str(found)


def one_line(text: str, *, field: str, longest: int = 200) -> str:
    """A name, a street: NFC, trimmed, not empty. Raises Invalid for anything that breaks the line."""
    text = unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(text) <= longest or any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in text):
        raise Invalid(field, f"One line of 1 to {longest} characters.", f"Một dòng từ 1 đến {longest} ký tự.")
    return text


def remark(text: str, *, field: str, longest: int = 500) -> str:
    """A note of some lines; may be empty. Raises Invalid."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip()
    if len(text) > longest or any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t" for c in text):
        raise Invalid(field, f"At most {longest} characters.", f"Tối đa {longest} ký tự.")
    return text


def known_language(text: str) -> str:
    """ "vi" or "en". Raises Invalid."""
    if text not in LANGUAGES:
        raise Invalid("language", 'Choose "vi" or "en".', 'Chọn "vi" hoặc "en".')
    return text


def folded(text: str) -> str:
    """For searching: lower case, no marks, đ as d, ’ as '. "Phường Hòa Hưng" and "phuong hoa hung" meet."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d").replace("’", "'"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


_KINDS: Final = {
    "Phường": "Ward",
    "Xã": "Commune",
    "Đặc khu": "Special Zone",
    "Tỉnh": "Province",
    "Thành phố": "City",
}
_ENGLISH: Final = {"Ha Noi": "Hanoi"}


def english_place(name: str) -> str:
    """ "Phường Bến Thành" is "Ben Thanh Ward", "Thành phố Hà Nội" is "Hanoi City"."""
    plain = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D").replace("’", "'"))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    for vietnamese, english in _KINDS.items():
        if name.startswith(vietnamese + " "):
            own = plain[len(vietnamese) + 1 :]
            return f"{_ENGLISH.get(own, own)} {english}"
    return plain
