"""The face of accounts: customers, staff, sign-in, addresses, places.

E-mails are kept in one normal form (lower case, ASCII domain), phones in E.164 (a number without country
code is Vietnamese), texts in NFC. Wrong input raises `Invalid` with the name of the field; what is missing,
or someone else's, raises `NotFound`. `now` is aware UTC.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from grocery.accounts import policies
from grocery.accounts.contracts import (
    ADDRESS_LIMIT,
    Address,
    AddressBookFull,
    AddressId,
    Contact,
    CustomerId,
    Division,
    EmailTaken,
    Loaded,
    Profile,
    Province,
    RefreshRefused,
    Role,
    TokenExpired,
    TokenInvalid,
    TokenPair,
    Ward,
    WeakPassword,
    WrongCredentials,
)
from grocery.accounts.services import (
    access_tokens,
    address_book,
    limits,
    passwords,
    permissions,
    places,
    sessions,
    staff,
)
from grocery.accounts.services import profile as profiles
from grocery.accounts.services import register as registration
from grocery.kernel.principal import Principal

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.http import HttpRequest

    from grocery.accounts.models import User

__all__ = [
    # people
    "CustomerId",
    "Role",
    "Profile",
    "Contact",
    "register",
    "create_staff",
    "update_staff",
    "set_active",
    "grantable_roles",
    "profile",
    "names",
    "contact",
    "update_profile",
    # signing in
    "check_credentials",
    "change_password",
    "reset_password",
    "end_sessions",
    "principal_of_session",
    "address_of",
    # signing in over the API
    "TokenPair",
    "sign_in",
    "issue_tokens",
    "refresh",
    "sign_out",
    "principal_of_token",
    "key_set",
    # addresses
    "ADDRESS_LIMIT",
    "AddressId",
    "Address",
    "addresses",
    "address",
    "save_address",
    "delete_address",
    # places
    "Province",
    "Ward",
    "Division",
    "Loaded",
    "provinces",
    "wards",
    "ward",
    "folded",
    "load_places",
    "prepare_database",
    # what can go wrong
    "WrongCredentials",
    "EmailTaken",
    "WeakPassword",
    "TokenExpired",
    "TokenInvalid",
    "RefreshRefused",
    "AddressBookFull",
]


# --- people -------------------------------------------------------------------------------------------------
def register(
    *,
    email: str,
    password: str,
    name: str,
    phone: str = "",
    language: str = "vi",
    address: str = "",
    now: datetime,
) -> Profile:
    """A new customer, who can sign in at once. Publishes CustomerRegistered.

    `phone` may be empty; `address` is the network address of who asks, see `address_of`. Raises EmailTaken,
    WeakPassword, Invalid (email, name, phone, language), TooManyRequests, Unavailable. Hashes the
    password before its transaction: do not call it inside one that holds locks.
    """
    return registration.register(
        email=email, password=password, name=name, phone=phone, language=language, address=address, now=now
    )


def create_staff(
    *,
    email: str,
    password: str,
    name: str,
    roles: Collection[Role],
    store_id: UUID | None = None,
    is_superuser: bool = False,
    by: Principal | None = None,
) -> Profile:
    """A new member of staff with at least one role, or a superuser, who holds them all.

    `by` None is the operator at the console; a manager may give the roles below his own, an administrator
    all. Raises EmailTaken, WeakPassword, Invalid, Forbidden.
    """
    return staff.create_staff(
        email=email,
        password=password,
        name=name,
        roles=roles,
        store_id=store_id,
        is_superuser=is_superuser,
        by=by.roles if by else None,
    )


def update_staff(
    *, user_id: UUID, roles: Collection[Role], store_id: UUID | None, by: Principal | None = None
) -> Profile:
    """Give these roles and this store instead of those before; felt at their next request.

    Raises NotFound (also for a customer), Invalid (no role), Forbidden as in `create_staff`.
    """
    return staff.update_staff(user_id=user_id, roles=roles, store_id=store_id, by=by.roles if by else None)


def set_active(*, user_id: UUID, active: bool, by: Principal | None = None, now: datetime) -> None:
    """Close an account, which ends all its sessions and devices, or open it again.

    Raises NotFound; Forbidden for staff whom `by` may not manage.
    """
    staff.set_active(user_id=user_id, active=active, by=by.roles if by else None, now=now)


def grantable_roles(*, by: Principal) -> frozenset[Role]:
    """The roles that this member of staff may give and take, and so the staff whom they manage."""
    return policies.grantable(by.roles)


def profile(*, customer_id: UUID) -> Profile:
    """Who this is, customer or staff. Raises NotFound."""
    return profiles.profile(customer_id=customer_id)


def names(*, user_ids: Collection[UUID]) -> dict[UUID, str]:
    """What these people are called, customers or staff, in one statement; an unknown id is absent."""
    return profiles.names(user_ids=user_ids)


def contact(*, customer_id: UUID) -> Contact:
    """How to reach them, and in which language; asked for at the moment of sending. Raises NotFound."""
    return profiles.contact(customer_id=customer_id)


def update_profile(
    *, customer_id: UUID, name: str | None = None, phone: str | None = None, language: str | None = None
) -> Profile:
    """Change what is not None; an empty `phone` removes it.

    Raises NotFound, Invalid (name, phone, language).
    """
    return profiles.update_profile(customer_id=customer_id, name=name, phone=phone, language=language)


# --- signing in ---------------------------------------------------------------------------------------------
def check_credentials(*, email: str, password: str, address: str = "") -> Profile:
    """Who this is. Raises WrongCredentials, the same and as slowly for an unknown e-mail or a closed account.

    Tries are counted by e-mail and by network `address`, see `address_of`: raises TooManyRequests, and Unavailable
    where nothing can be counted.

    The shop and the admin sign in with `django.contrib.auth.authenticate(request, username=…, password=…)`.
    """
    return passwords.check_credentials(email=email, password=password, address=address)


def change_password(*, customer_id: UUID, current: str, new: str, now: datetime) -> None:
    """Change one's own password; every session and device has to sign in again.

    Raises WrongCredentials (`current` is wrong), TooManyRequests, Unavailable, WeakPassword, NotFound.
    """
    passwords.change_password(customer_id=customer_id, current=current, new=new, now=now)


def reset_password(*, user_id: UUID, new: str, now: datetime) -> None:
    """Set someone's password; every session and device of theirs ends. Raises WeakPassword, NotFound."""
    passwords.reset_password(user_id=user_id, new=new, now=now)


def end_sessions(*, user_id: UUID, now: datetime) -> None:
    """Sign someone out of shop, admin and API, everywhere.

    Sessions and refresh tokens end at once, a customer's access token within `ACCESS_TOKEN_MINUTES`.
    """
    sessions.end_sessions(user_id=user_id, now=now)


def address_of(request: HttpRequest) -> str:
    """The network address to count tries by: the caller's, or their /64 in IPv6; empty if it is not known."""
    return limits.address_of(request)


def principal_of_session(user: User | AnonymousUser) -> Principal:
    """Who is behind `request.user`, by the roles that the database holds now; a guest if nobody signed in."""
    return profiles.principal_of_session(user)


# --- signing in over the API --------------------------------------------------------------------------------
def sign_in(*, email: str, password: str, address: str = "", now: datetime) -> TokenPair:
    """A new device's first tokens. Raises what `check_credentials` raises."""
    return sessions.sign_in(email=email, password=password, address=address, now=now)


def issue_tokens(*, customer_id: UUID, now: datetime) -> TokenPair:
    """The first tokens for someone who has just proved who they are, say by registering. Raises NotFound."""
    return sessions.issue_tokens(customer_id=customer_id, now=now)


def refresh(*, refresh_token: str, now: datetime) -> TokenPair:
    """Spend a refresh token for the next pair. Raises RefreshRefused: sign in again.

    A refresh token is good once, for `REFRESH_TOKEN_DAYS` and for one restore epoch. A second use ends its
    whole family (that device's sign-in), without grace: whoever used it first may be a thief. So do a new
    password, `end_sessions`, a closed account. Cannot be called inside a transaction.
    """
    return sessions.refresh(refresh_token=refresh_token, now=now)


def sign_out(*, refresh_token: str, now: datetime) -> None:
    """End the family of this refresh token. Silent for tokens that are not, or no longer, ours."""
    sessions.sign_out(refresh_token=refresh_token, now=now)


def principal_of_token(*, access_token: str, now: datetime) -> Principal:
    """Who holds this access token. Raises TokenExpired, TokenInvalid.

    A customer's token costs no query. The user behind a staff token is read again, so that a role or an
    account taken away is gone at the next call.
    """
    return access_tokens.principal_of_token(access_token=access_token, now=now)


def key_set() -> dict[str, list[dict[str, str]]]:
    """The JSON Web Key Set (RFC 7517) of our access tokens: the present public key and the previous ones."""
    return access_tokens.key_set()


# --- addresses ----------------------------------------------------------------------------------------------
def addresses(*, customer_id: UUID) -> list[Address]:
    """A customer's addresses, the default first, then the newest. Not more than ADDRESS_LIMIT."""
    return address_book.addresses(customer_id=customer_id)


def address(*, customer_id: UUID, address_id: UUID) -> Address:
    """One address of this customer. Raises NotFound, also for another customer's."""
    return address_book.address(customer_id=customer_id, address_id=address_id)


def save_address(
    *,
    customer_id: UUID,
    recipient: str,
    phone: str,
    province_code: str,
    ward_code: str,
    street: str,
    note: str = "",
    is_default: bool = False,
    address_id: UUID | None = None,
) -> Address:
    """Add an address, or replace the one with `address_id`.

    The first is the default whatever is asked; a new default relieves the old one. Raises NotFound,
    AddressBookFull, Invalid (recipient, phone, ward_code: no such ward in this province; street, note).
    """
    return address_book.save_address(
        customer_id=customer_id,
        address_id=address_id,
        recipient=recipient,
        phone=phone,
        province_code=province_code,
        ward_code=ward_code,
        street=street,
        note=note,
        is_default=is_default,
    )


def delete_address(*, customer_id: UUID, address_id: UUID) -> None:
    """Remove it; if it was the default, the newest that is left becomes it. Raises NotFound."""
    address_book.delete_address(customer_id=customer_id, address_id=address_id)


# --- places -------------------------------------------------------------------------------------------------
def provinces() -> list[Province]:
    """The provinces and cities, by name."""
    return places.provinces()


def wards(*, province_code: str, called: str = "") -> list[Ward]:
    """The wards of a province by name; `called` narrows to those that hold it, marks or not. Raises NotFound."""
    return places.wards(province_code=province_code, called=called)


def ward(*, ward_code: str) -> Ward:
    """One ward with its province, also one that has since been merged away. Raises NotFound."""
    return places.ward(ward_code=ward_code)


def folded(text: str) -> str:
    """As the names of places are searched: lower case, without marks."""
    return policies.folded(text)


def load_places(*, file: Path | None = None) -> Loaded:
    """Load the official list of places, from `file` or the one that comes with us.

    A file is CSV with the columns province_code, province, ward_code, ward and perhaps province_en, ward_en.
    Adds and corrects; what is missing from the list is marked as gone, not removed. Raises Invalid for a
    broken file, and changes nothing then.
    """
    rows: Iterable[Division] = places.places_in_file(file) if file else places.published_places()
    return places.load_places(rows)


def prepare_database() -> None:
    """After each migration: the permissions of every role; in a fresh database the provinces and wards."""
    permissions.sync_role_permissions()
    places.load_missing_places()
