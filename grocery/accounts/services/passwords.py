"""Choosing a password, and proving that one knows it. Hashing is slow on purpose: never under a lock."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from prometheus_client import Counter

from grocery.accounts.contracts import EndReason, Profile, WeakPassword, WrongCredentials
from grocery.accounts.models import RefreshFamily, User
from grocery.accounts.policies import normalised_email
from grocery.accounts.services.limits import limit_tries
from grocery.kernel.errors import Invalid, NotFound

SIGN_INS = Counter("accounts_sign_ins", "Passwords checked, in the shop, the admin and the API", ["outcome"])

#: Django's own catalogue lacks some of these; the codes are its validators'.
_VIETNAMESE: Final = {
    "password_too_short": "Mật khẩu quá ngắn, cần ít nhất {min_length} ký tự.",
    "password_too_common": "Mật khẩu này quá phổ biến.",
    "password_too_similar": "Mật khẩu quá giống với thông tin cá nhân của bạn.",
    "password_entirely_numeric": "Mật khẩu không được chỉ gồm chữ số.",
}


def check_credentials(*, email: str, password: str, address: str) -> Profile:
    """Who this is. An unknown e-mail costs as much time as a wrong password and reads the same."""
    return credible_user(email=email, password=password, address=address).as_profile()


def credible_user(*, email: str, password: str, address: str) -> User:
    """The active user with this e-mail and password. Raises WrongCredentials, TooManyRequests."""
    try:
        email = normalised_email(email)
    except Invalid:
        email = ""  # nobody's, and all that is nobody's counts as one
    limit_tries(who=email, address=address)
    user = User.objects.written(email).first()
    known = user.password if user else UNUSABLE_PASSWORD_PREFIX  # Django hashes once for an unusable one, too
    if not check_password(password, known) or user is None or not user.is_active:
        SIGN_INS.labels("refused").inc()
        raise WrongCredentials
    SIGN_INS.labels("accepted").inc()
    return user


def hashed(password: str, *, email: str, name: str) -> str:
    """The hash to keep. Raises WeakPassword with the validators' reasons in both languages."""
    try:
        with translation.override("en"):
            validate_password(password, User(email=email, name=name))
    except ValidationError as objections:
        reasons = objections.error_list
        raise WeakPassword("password", " ".join(objections.messages), " ".join(map(_vietnamese, reasons))) from None
    return make_password(password)


def change_password(*, customer_id: UUID, current: str, new: str, now: datetime) -> None:
    """Change one's own password; every session and every device has to sign in again."""
    user = User.objects.known_as(customer_id).active().first()
    if user is None:
        raise NotFound("customer", customer_id)
    limit_tries(who=user.email, address="")
    if not check_password(current, user.password):
        raise WrongCredentials
    _replace(user, hashed(new, email=user.email, name=user.name), now)


def reset_password(*, user_id: UUID, new: str, now: datetime) -> None:
    """Set someone's password without knowing the old one: for staff and operators."""
    user = User.objects.known_as(user_id).first()
    if user is None:
        raise NotFound("user", user_id)
    _replace(user, hashed(new, email=user.email, name=user.name), now)


@transaction.atomic
def _replace(user: User, password_hash: str, now: datetime) -> None:
    User.objects.known_as(user.id).update(password=password_hash)
    RefreshFamily.objects.of(user.id).end(EndReason.PASSWORD_CHANGED, now=now)


def _vietnamese(reason: ValidationError) -> str:
    text = _VIETNAMESE.get(reason.code or "", "Mật khẩu chưa đủ an toàn.")
    return text.format_map(reason.params or {})
