"""What accounts takes and returns: customers, staff, tokens, addresses, and what can go wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

from grocery.kernel.errors import DomainError, Invalid

CustomerId = NewType("CustomerId", UUID)
AddressId = NewType("AddressId", UUID)

LANGUAGES: Final = ("vi", "en")
#: How many addresses one customer may keep.
ADDRESS_LIMIT: Final = 20


class Role(StrEnum):
    """What a member of staff does. Customers have no role."""

    PICKER = "picker"
    DISPATCHER = "dispatcher"
    SUPPORT = "support"
    BUYER = "buyer"
    ACCOUNTANT = "accountant"
    MANAGER = "manager"
    ADMIN = "admin"


class EndReason(StrEnum):
    """Why a device has to sign in again."""

    SIGNED_OUT = "signed_out"
    REUSED = "reused"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a reason, not a password
    ENDED_FOR_USER = "ended_for_user"


@dataclass(frozen=True, slots=True)
class Profile:
    """Someone who can sign in. `phone` is E.164 or empty; `store_id` ties staff to one store."""

    id: CustomerId
    email: str
    name: str
    phone: str
    language: str
    roles: frozenset[Role]
    store_id: UUID | None


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach someone, and in which language."""

    name: str
    email: str
    phone: str
    language: str


@dataclass(frozen=True, slots=True)
class TokenPair:
    """`access_token` is a bearer token for `expires_in` seconds; `refresh_token` works once."""

    access_token: str
    refresh_token: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class Province:
    """One of the 34 provinces and cities of 1 July 2025. `code` has two digits."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Ward:
    """A ward, commune or special zone; there are no districts. `code` has five digits."""

    code: str
    name: str
    name_en: str
    province_code: str
    province: str
    province_en: str


@dataclass(frozen=True, slots=True)
class Address:
    """Where to bring it. Names of places are today's; an order keeps a copy of its own."""

    id: AddressId
    recipient: str
    phone: str
    province_code: str
    province: str
    ward_code: str
    ward: str
    street: str
    note: str
    is_default: bool
    province_en: str
    ward_en: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading a list of places did; `vanished` counts the wards that are no longer in it."""

    provinces: int
    wards: int
    vanished: int


class WrongCredentials(DomainError):
    """The same for a wrong password, an unknown e-mail and a closed account."""

    code = "wrong_credentials"
    status = 401
    en = "E-mail or password is wrong."
    vi = "E-mail hoặc mật khẩu không đúng."


class EmailTaken(DomainError):
    code = "email_taken"
    status = 409
    en = "There is an account with this e-mail already. Sign in instead."
    vi = "E-mail này đã có tài khoản. Vui lòng đăng nhập."

    def __init__(self) -> None:
        self.field = "email"


class WeakPassword(Invalid):
    """Django's password validators said no; the text says why."""

    code = "weak_password"


class TokenExpired(DomainError):
    """The access token was right and is too old: refresh it."""

    code = "token_expired"
    status = 401
    en = "The access token has expired. Refresh it."
    vi = "Mã truy cập đã hết hạn. Vui lòng làm mới."


class TokenInvalid(DomainError):
    """Not an access token of ours."""

    code = "token_invalid"
    status = 401
    en = "The access token is not valid."
    vi = "Mã truy cập không hợp lệ."


class RefreshRefused(DomainError):
    """Unknown, spent, expired, ended: sign in again. Which of them is nobody's business."""

    code = "refresh_token_invalid"
    status = 401
    en = "Sign in again."
    vi = "Vui lòng đăng nhập lại."


class AddressBookFull(DomainError):
    code = "address_book_full"
    status = 409
    en = "You can keep {limit} addresses. Remove one first."
    vi = "Bạn chỉ có thể lưu {limit} địa chỉ. Vui lòng xóa bớt một địa chỉ."

    def __init__(self) -> None:
        self.limit = ADDRESS_LIMIT


@dataclass(frozen=True, slots=True)
class Division:
    """One row of the official list of places."""

    province_code: str
    province: str
    ward_code: str
    ward: str
    province_en: str = field(default="")
    ward_en: str = field(default="")
