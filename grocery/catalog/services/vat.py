"""The dated table of VAT rates."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from grocery.catalog.models.vat import VatGroup, VatRate, VatRateChange
from grocery.catalog.policies import vat as policies
from grocery.catalog.services import versions
from grocery.kernel.clock import local_date
from grocery.kernel.errors import Invalid, NotFound

#: The law's calendar, wherever a store stands.
ZONE = "Asia/Ho_Chi_Minh"


def rates(*, on: date) -> dict[str, Decimal]:
    """Each group's rate of that day: from memory where that is allowed, else in one statement."""
    if versions.current(versions.CATALOG) is None:
        return VatRate.objects.on(on)
    table = versions.remembered("vat", VatRate.objects.dated)
    return {group: rate for group, starts_on, rate in table if starts_on <= on}  # the latest of a group comes last


def rate(*, group: str, on: date) -> Decimal:
    found = rates(on=on)
    if group not in found:
        raise NotFound("vat_group", group)
    return found[group]


@transaction.atomic
def set_rate(*, group: str, starts_on: date, rate: Decimal | None, by: UUID | None, now: datetime) -> None:
    """Write a rate down that holds from a day to come, in place of what was written for it; None takes it back."""
    check(starts_on, rate, now)
    if VatGroup.objects.locked(group) is None:
        raise NotFound("vat_group", group)
    before = VatRate.objects.of(group, starts_on).first()
    old = before.rate if before else None
    if old == rate:
        return
    if rate is None:
        VatRate.objects.of(group, starts_on).delete()
    else:
        VatRate.objects.update_or_create(group_id=group, starts_on=starts_on, defaults={"rate": rate})
    VatRateChange.objects.create(group_id=group, starts_on=starts_on, old=old, new=rate, by=by, at=now)
    versions.announce(versions.CATALOG)


@transaction.atomic
def prepare() -> None:
    """Write the law's groups and rates down where there is no group at all; what finance changed stays."""
    if VatGroup.objects.exists():
        return
    VatGroup.objects.bulk_create(
        VatGroup(code=code, name_en=en, name_vi=vi, position=place)
        for place, (code, en, vi, _rates) in enumerate(policies.LAW)
    )
    VatRate.objects.bulk_create(
        VatRate(group_id=code, starts_on=day, rate=rate)
        for code, _en, _vi, dated in policies.LAW
        for day, rate in dated
    )


def check(starts_on: date, rate: Decimal | None, now: datetime) -> None:
    if starts_on <= local_date(now, zone=ZONE):
        raise Invalid(
            "starts_on",
            "A rate is written down before the day on which it begins: carts and orders of today count with it.",
            "Thuế suất phải được ghi trước ngày áp dụng: giỏ hàng và đơn của hôm nay đang dùng thuế suất này.",
        )
    if rate is not None and not (rate.is_finite() and 0 <= rate <= 100 and rate == round(rate, 2)):
        raise Invalid("rate", "VAT is 0 to 100 percent.", "Thuế GTGT từ 0 đến 100 phần trăm.")
