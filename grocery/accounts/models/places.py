"""Provinces, wards, and the addresses of customers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grocery.accounts import contracts
from grocery.accounts.models.people import User
from grocery.kernel import statements
from grocery.kernel.ids import new_id


class PlaceQuerySet[P: (Province, Ward)](models.QuerySet[P]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def coded(self, code: str) -> Self:
        return self.filter(pk=code)

    def called(self, folded: str) -> Self:
        """Whose name holds `folded`, which is written without marks."""
        return self.filter(folded__contains=folded)

    def in_province(self, code: str) -> Self:
        return self.filter(province_id=code)

    def vanish_unless(self, codes: Iterable[str]) -> int:
        """Mark as gone what is not among `codes`; how many that were."""
        return self.active().exclude(pk__in=list(codes)).update(is_active=False)


class Province(models.Model):
    """One of the 34 provinces and cities since 1 July 2025."""

    code = models.CharField(_("code"), primary_key=True, max_length=2)
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100)
    folded = models.CharField(max_length=100, editable=False, help_text="lower case, without marks")
    is_active = models.BooleanField(_("exists"), default=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("province")
        verbose_name_plural = _("provinces")
        ordering = ["folded"]
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9]{2}$"), name="province_code_two_digits")
        ]

    def __str__(self) -> str:
        return self.name

    def as_province(self) -> contracts.Province:
        return contracts.Province(self.code, self.name, self.name_en)


class Ward(models.Model):
    """A ward, commune or special zone of a province."""

    code = models.CharField(_("code"), primary_key=True, max_length=5)
    province = models.ForeignKey(Province, on_delete=models.PROTECT, related_name="wards", verbose_name=_("province"))
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100)
    folded = models.CharField(max_length=100, editable=False, help_text="lower case, without marks")
    is_active = models.BooleanField(_("exists"), default=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("ward")
        verbose_name_plural = _("wards")
        ordering = ["folded"]
        constraints = [models.CheckConstraint(condition=Q(code__regex=r"^[0-9]{5}$"), name="ward_code_five_digits")]

    def __str__(self) -> str:
        return self.name

    def as_ward(self) -> contracts.Ward:
        return contracts.Ward(
            code=self.code,
            name=self.name,
            name_en=self.name_en,
            province_code=self.province_id,
            province=self.province.name,
            province_en=self.province.name_en,
        )


#: In the order of `contracts.Address`.
_ADDRESS = """
    SELECT a.id, a.recipient, a.phone, p.code, p.name, w.code, w.name, a.street, a.note, a.is_default,
        p.name_en, w.name_en
    FROM "accounts_address" a JOIN "accounts_ward" w ON w.code = a.ward_id
    JOIN "accounts_province" p ON p.code = w.province_id
    WHERE a.id = %s AND a.customer_id = %s
"""


class AddressQuerySet(models.QuerySet["Address"]):
    def of(self, customer_id: UUID) -> Self:
        """A customer's addresses, the default first, then the newest."""
        return self.filter(customer_id=customer_id).order_by("-is_default", "-id")

    def known_as(self, address_id: UUID) -> Self:
        return self.filter(pk=address_id)

    def to_bring_to(self, customer_id: UUID, address_id: UUID) -> contracts.Address | None:
        """One of the customer's addresses, as it is shown; every order asks for one."""
        found = statements.rows(self.db, _ADDRESS, [address_id, customer_id])
        return contracts.Address(*found[0]) if found else None

    def with_places(self) -> Self:
        return self.select_related("ward__province")

    def default(self) -> Self:
        return self.filter(is_default=True)


class Address(models.Model):
    """Where a customer wants it brought. The province is the ward's, so the two cannot disagree."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer = models.ForeignKey(User, on_delete=models.CASCADE, related_name="addresses", verbose_name=_("customer"))
    recipient = models.CharField(_("recipient"), max_length=200)
    phone = models.CharField(_("phone"), max_length=16, help_text="E.164")
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="+", verbose_name=_("ward"))
    street = models.CharField(_("house and street"), max_length=200)
    note = models.CharField(_("note"), max_length=500, blank=True, default="")
    is_default = models.BooleanField(_("default"), default=False)

    objects = AddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = [
            models.UniqueConstraint(fields=["customer"], condition=Q(is_default=True), name="one_default_address"),
            models.CheckConstraint(condition=Q(phone__regex=r"^\+[1-9][0-9]{6,14}$"), name="address_phone_e164"),
            models.CheckConstraint(condition=~Q(recipient="") & ~Q(street=""), name="address_is_filled_in"),
        ]

    def __str__(self) -> str:
        return f"{self.recipient}, {self.street}"

    def as_address(self) -> contracts.Address:
        return contracts.Address(
            id=contracts.AddressId(self.id),
            recipient=self.recipient,
            phone=self.phone,
            province_code=self.ward.province_id,
            province=self.ward.province.name,
            ward_code=self.ward_id,
            ward=self.ward.name,
            street=self.street,
            note=self.note,
            is_default=self.is_default,
            province_en=self.ward.province.name_en,
            ward_en=self.ward.name_en,
        )
