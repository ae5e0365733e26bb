"""Offers as data: what staff decided, when it counts, and each change of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Final, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grocery.kernel.money import dong
from grocery.ordering import policies
from grocery.ordering.contracts import OfferKind
from grocery.ordering.contracts.offers import OfferAction, OfferState, Period
from grocery.ordering.models.adjustments import KINDS
from grocery.ordering.models.columns import key

#: Which of an offer's columns its form fills in: what a change is a change of.
TERMS: Final = (
    "kind", "name_en", "name_vi", "store_id", "percent", "price", "off", "buy", "pay", "from_amount", "skus",
    "categories", "stackable", "needs_coupon", "most_uses", "most_per_customer", "most_per_period", "period",
    "starts_at", "ends_at", "withdrawn",
)  # fmt: skip
_ON_GOODS: Final = [OfferKind.SKU.value, OfferKind.CATEGORY.value, OfferKind.MULTI_BUY.value]


class OfferQuerySet(models.QuerySet["Offer"]):
    def running(self, now: datetime) -> Self:
        return self.filter(starts_at__lte=now, withdrawn=False).exclude(ends_at__lte=now)

    def standing(self, now: datetime) -> Self:
        """Those that run or will, as far as anybody has decided by now."""
        return self.filter(withdrawn=False).exclude(ends_at__lte=now)

    def in_state(self, state: OfferState, now: datetime) -> Self:
        match state:
            case OfferState.PLANNED:
                return self.filter(starts_at__gt=now, withdrawn=False)
            case OfferState.RUNNING:
                return self.running(now)
            case OfferState.ENDED:
                return self.filter(Q(withdrawn=True) | Q(ends_at__lte=now))

    def touching(self, skus: Iterable[str], *, coupons: Iterable[UUID] = ()) -> Self:
        """Those that may count for a basket of these goods, of offers that come with a coupon only these."""
        anything = Q(skus=[]) | ~Q(categories=[]) | Q(skus__overlap=list(skus))
        return self.filter(anything, Q(needs_coupon=False) | Q(id__in=list(coupons)))

    def locked(self, offer_id: UUID) -> Offer | None:
        return self.filter(id=offer_id).select_for_update().first()

    def beside(self, *, store_id: UUID | None, starts_at: datetime, ends_at: datetime | None) -> Self:
        """Offers that everybody gets, at some moment between these two, in a store that is meant."""
        others = self.filter(withdrawn=False, needs_coupon=False).exclude(ends_at__lte=starts_at)
        if ends_at:
            others = others.filter(starts_at__lt=ends_at)
        return others.of_store(store_id)

    def besides(self, offer_id: UUID | None) -> Self:
        """All but this one."""
        return self.exclude(id=offer_id) if offer_id else self

    def of_store(self, store_id: UUID | None) -> Self:
        """Those that one store's staff see: its own and everybody's."""
        return self if store_id is None else self.filter(Q(store_id=None) | Q(store_id=store_id))

    def names(self, ids: Iterable[UUID]) -> list[tuple[str, str]]:
        """Their names in English and Vietnamese, oldest first."""
        return list(self.filter(id__in=list(ids)).order_by("id").values_list("name_en", "name_vi"))

    def with_id(self, offer_id: UUID) -> Offer | None:
        return self.filter(id=offer_id).first()

    def with_last_change(self) -> Self:
        return self.prefetch_related("changes")


class Offer(models.Model):
    """One rule that lowers prices while it runs; see `policies.Offer` for what its numbers mean."""

    id = key()
    kind = models.CharField(_("kind"), max_length=16, choices=KINDS)
    name_en = models.CharField(_("name in English"), max_length=120)
    name_vi = models.CharField(_("name in Vietnamese"), max_length=120)
    store_id = models.UUIDField(_("store"), null=True, blank=True, help_text=_("empty: every store"))
    percent = models.PositiveSmallIntegerField(_("percent off"), default=0)
    price = models.BigIntegerField(_("new price, ₫"), null=True, blank=True)
    off = models.BigIntegerField(_("amount off, ₫"), null=True, blank=True)
    buy = models.PositiveSmallIntegerField(_("of so many"), default=0)
    pay = models.PositiveSmallIntegerField(_("so many at full price"), default=0)
    from_amount = models.BigIntegerField(_("from, ₫"), default=0)
    skus = ArrayField(models.CharField(max_length=64), default=list, blank=True, verbose_name=_("products"))
    categories = ArrayField(models.UUIDField(), default=list, blank=True, verbose_name=_("categories"))
    stackable = models.BooleanField(_("adds to other offers"), default=False)
    needs_coupon = models.BooleanField(_("with a coupon only"), default=False)
    most_uses = models.PositiveIntegerField(_("uses in all"), null=True, blank=True)
    most_per_customer = models.PositiveIntegerField(_("uses per customer"), null=True, blank=True)
    most_per_period = models.PositiveIntegerField(_("uses per period"), null=True, blank=True)
    period = models.CharField(
        _("period"),
        max_length=5,
        blank=True,
        default="",
        choices=[(Period.DAY.value, _("day")), (Period.WEEK.value, _("week")), (Period.MONTH.value, _("month"))],
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    withdrawn = models.BooleanField(_("withdrawn"), default=False)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering: ClassVar[list[str]] = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in OfferKind if kind is not OfferKind.NEAR_EXPIRY]),
                name="offer_kind_known",
            ),
            models.CheckConstraint(condition=Q(percent__lte=100), name="offer_percent_bounded"),
            models.CheckConstraint(
                condition=Q(price=None) | Q(price__gt=0, kind=OfferKind.SKU.value, percent=0),
                name="offer_price_positive",
            ),
            models.CheckConstraint(
                condition=Q(off=None) | Q(off__gt=0, kind=OfferKind.BASKET.value, percent=0),
                name="offer_off_positive",
            ),
            models.CheckConstraint(
                condition=Q(percent__gt=0)
                | Q(price__isnull=False)
                | Q(off__isnull=False)
                | Q(kind=OfferKind.FREE_DELIVERY.value),
                name="offer_lowers_something",
            ),
            models.CheckConstraint(
                condition=~Q(kind=OfferKind.MULTI_BUY.value) | Q(pay__gt=0, buy__gt=F("pay")),
                name="offer_groups_make_sense",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=_ON_GOODS) | ~Q(skus=[], categories=[]), name="offer_touches_something"
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="offer_ends_later"
            ),
            models.CheckConstraint(
                condition=Q(most_per_period=None, period="") | Q(most_per_period__isnull=False) & ~Q(period=""),
                name="offer_period_complete",
            ),
        ]

    def __str__(self) -> str:
        return self.name_vi

    def state(self, now: datetime) -> OfferState:
        if self.withdrawn or (self.ends_at and self.ends_at <= now):
            return OfferState.ENDED
        return OfferState.PLANNED if self.starts_at > now else OfferState.RUNNING

    def runs_in(self, store_id: UUID, now: datetime) -> bool:
        return self.state(now) is OfferState.RUNNING and self.store_id in {None, store_id}

    def rule(self) -> policies.Offer:
        """As the pricing rules look at it."""
        return policies.Offer(
            id=self.id,
            kind=OfferKind(self.kind),
            name_en=self.name_en,
            name_vi=self.name_vi,
            percent=self.percent,
            price=dong(self.price) if self.price is not None else None,
            off=dong(self.off) if self.off is not None else None,
            buy=self.buy,
            pay=self.pay,
            from_amount=dong(self.from_amount),
            skus=frozenset(self.skus),
            categories=frozenset(self.categories),
            stackable=self.stackable,
        )

    def as_of(self, terms: Mapping[str, Any]) -> Offer:
        """The offer as it once was, by what was written down then; not to be saved."""
        was = Offer(id=self.id)
        for name, value in terms.items():
            column = Offer._meta.get_field(name)
            assert isinstance(column, models.Field), "an offer's terms are columns"
            setattr(was, name, column.to_python(value))
        was.categories = [UUID(str(category)) for category in was.categories]
        return was

    def terms(self) -> dict[str, Any]:
        """What it says, as text and numbers, for the record of changes."""
        return {name: _written(getattr(self, name)) for name in TERMS}


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return [str(one) for one in value] if isinstance(value, list) else value


class OfferChangeQuerySet(models.QuerySet["OfferChange"]):
    def history(self, offers: Iterable[UUID]) -> dict[UUID, list[tuple[datetime, Mapping[str, Any]]]]:
        """From when on each of these offers said what, oldest first."""
        found: dict[UUID, list[tuple[datetime, Mapping[str, Any]]]] = {}
        for offer, at, after in (
            self.filter(offer_id__in=list(offers)).order_by("id").values_list("offer_id", "at", "after")
        ):
            found.setdefault(offer, []).append((at, after))
        return found


class OfferChange(models.Model):
    """Somebody made, changed, ended or put back an offer. Written with it; the database refuses to alter it."""

    id = key()
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="changes", verbose_name=_("offer"))
    action = models.CharField(
        _("what"),
        max_length=8,
        choices=[
            (OfferAction.CREATED.value, _("created")),
            (OfferAction.CHANGED.value, _("changed")),
            (OfferAction.ENDED.value, _("ended")),
            (OfferAction.UNDONE.value, _("undone")),
        ],
    )
    at = models.DateTimeField(_("at"))
    by = models.UUIDField(_("who"), null=True)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"))

    objects = OfferChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of an offer")
        verbose_name_plural = _("changes of offers")
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.offer_id}"
