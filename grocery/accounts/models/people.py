"""People: customers and staff."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, ClassVar, Self
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from grocery.accounts.contracts import CustomerId, Profile, Role
from grocery.accounts.policies import normalised_email, normalised_phone, one_line
from grocery.kernel.errors import Invalid
from grocery.kernel.ids import new_id

ROLES = [
    (Role.PICKER, _("picker")),
    (Role.DISPATCHER, _("dispatcher")),
    (Role.SUPPORT, _("support")),
    (Role.BUYER, _("buyer")),
    (Role.ACCOUNTANT, _("accountant")),
    (Role.MANAGER, _("manager")),
    (Role.ADMIN, _("administrator")),
]


class UserQuerySet(models.QuerySet["User"]):
    def written(self, email: str) -> Self:
        """By their e-mail, in its normal form."""
        return self.filter(email=email)

    def known_as(self, user_id: UUID) -> Self:
        return self.filter(pk=user_id)

    def among(self, user_ids: Iterable[UUID]) -> Self:
        return self.filter(pk__in=list(user_ids))

    def names(self) -> dict[UUID, str]:
        """What they are called, by id."""
        return dict(self.values_list("pk", "name"))

    def active(self) -> Self:
        return self.filter(is_active=True)

    def customers(self) -> Self:
        return self.filter(is_staff=False)

    def staff(self) -> Self:
        return self.filter(is_staff=True)

    def locked(self) -> Self:
        """Their rows, locked until the transaction ends; sign-ins that only refer to them do not wait."""
        if not transaction.get_connection().in_atomic_block:
            raise transaction.TransactionManagementError("a lock needs a transaction")
        return self.select_for_update(no_key=True)

    def sign_out_everywhere(self) -> int:
        """End every session and every token family, whatever they were begun with."""
        return self.update(sign_in_generation=F("sign_in_generation") + 1)


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def written(self, email: str) -> UserQuerySet:
        return self.get_queryset().written(email)

    def known_as(self, user_id: UUID) -> UserQuerySet:
        return self.get_queryset().known_as(user_id)

    def among(self, user_ids: Iterable[UUID]) -> UserQuerySet:
        return self.get_queryset().among(user_ids)

    def get_by_natural_key(self, username: str | None) -> User:
        """By e-mail, however it was typed. Raises Invalid for what is no e-mail."""
        return self.get(email=normalised_email(username or ""))

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        email = normalised_email(email)
        fields.setdefault("name", email.partition("@")[0])
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.is_staff = bool(user.roles) or user.is_superuser
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, **{**fields, "is_superuser": True})


class User(AbstractBaseUser, PermissionsMixin):
    """Someone who can sign in. Customers have no roles; staff have some, or all of them as superuser."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=200)
    phone = models.CharField(_("phone"), max_length=16, blank=True, default="", help_text="E.164")
    language = models.CharField(
        _("language"), max_length=2, choices=[("vi", "Tiếng Việt"), ("en", "English")], default="vi"
    )
    roles = ArrayField(
        models.CharField(max_length=20, choices=ROLES), default=list, blank=True, verbose_name=_("roles")
    )
    store_id = models.UUIDField(_("store"), null=True, blank=True)
    is_staff = models.BooleanField(_("may use the admin"), default=False, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    #: Raised to end all sessions and token families at once.
    sign_in_generation = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("registered"), db_default=models.functions.Now(), editable=False)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="email_in_lower_case"),
            models.CheckConstraint(condition=~Q(name=""), name="user_has_a_name"),
            models.CheckConstraint(condition=Q(phone__regex=r"^(\+[1-9][0-9]{6,14})?$"), name="user_phone_e164"),
            models.CheckConstraint(condition=Q(language__in=["vi", "en"]), name="user_language_known"),
            models.CheckConstraint(condition=Q(roles__contained_by=[*Role]), name="user_roles_known"),
            models.CheckConstraint(
                condition=Q(is_staff=False, roles=[], is_superuser=False)
                | (Q(is_staff=True) & (~Q(roles=[]) | Q(is_superuser=True))),
                name="staff_have_roles",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def all_roles(self) -> frozenset[Role]:
        """The roles given, and that of an administrator for a superuser."""
        return frozenset(map(Role, self.roles)) | ({Role.ADMIN} if self.is_superuser else set())

    @property
    def fingerprint(self) -> str:
        """Changes with the password and with "end all sessions"; what was begun under another has ended."""
        return hashlib.sha256(f"{self.sign_in_generation}:{self.password}".encode()).hexdigest()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        # Django ends sessions whose hash of the password differs; ours also differs after "end all sessions".
        return salted_hmac("grocery.session", self.fingerprint, secret=secret, algorithm="sha256").hexdigest()

    def clean(self) -> None:
        """What a form typed in its normal form. Raises ValidationError in the language of the reader."""
        super().clean()
        self.is_staff = bool(self.roles) or self.is_superuser
        for field, normalise in (("email", normalised_email), ("name", _name), ("phone", _phone)):
            try:
                setattr(self, field, normalise(getattr(self, field)))
            except Invalid as error:
                raise ValidationError({field: error.text((get_language() or "en")[:2])}) from error

    def as_profile(self) -> Profile:
        return Profile(
            id=CustomerId(self.id),
            email=self.email,
            name=self.name,
            phone=self.phone,
            language=self.language,
            roles=self.all_roles,
            store_id=self.store_id,
        )


def _name(text: str) -> str:
    return one_line(text, field="name")


def _phone(text: str) -> str:
    return normalised_phone(text) if text else ""


class CustomerManager(UserManager):
    def get_queryset(self) -> UserQuerySet:
        return super().get_queryset().customers()


class StaffManager(UserManager):
    def get_queryset(self) -> UserQuerySet:
        return super().get_queryset().staff()


class Customer(User):
    """The customers among the users, for the admin."""

    objects: ClassVar[CustomerManager] = CustomerManager()

    class Meta:
        proxy = True
        verbose_name = _("customer")
        verbose_name_plural = _("customers")


class Staff(User):
    """The staff among the users, for the admin."""

    objects: ClassVar[StaffManager] = StaffManager()

    class Meta:
        proxy = True
        verbose_name = _("member of staff")
        verbose_name_plural = _("staff")
