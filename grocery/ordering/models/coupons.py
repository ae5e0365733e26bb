"""Coupons: codes, how often they were used, and by which orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from grocery.ordering.models.columns import key
from grocery.ordering.models.offers import Offer
from grocery.ordering.models.orders import Order

#: One more for each scope, in key order so that two orders never wait for each other; a full one gives no row back.
_CLAIM: Final = """
    INSERT INTO "ordering_coupontally" AS tally (offer_id, scope, used)
    SELECT offer, scope, 1 FROM unnest(%s::uuid[], %s::text[], %s::bigint[]) AS wanted (offer, scope, most)
    WHERE most > 0 ORDER BY offer, scope
    ON CONFLICT (offer_id, scope) DO UPDATE SET used = tally.used + 1
    WHERE tally.used < (
        SELECT most FROM unnest(%s::uuid[], %s::text[], %s::bigint[]) AS wanted (offer, scope, most)
        WHERE wanted.offer = tally.offer_id AND wanted.scope = tally.scope
    )
    RETURNING offer_id, scope
"""
_GIVE_BACK: Final = """
    WITH given AS (
        UPDATE "ordering_couponuse" SET given_back_at = %s
        WHERE order_id = %s AND given_back_at IS NULL AND (%s::uuid[] IS NULL OR offer_id = ANY(%s))
        RETURNING offer_id, scopes
    ), scope AS (
        SELECT tally.offer_id, tally.scope FROM "ordering_coupontally" tally
        JOIN given ON given.offer_id = tally.offer_id AND tally.scope = ANY(given.scopes)
        ORDER BY tally.offer_id, tally.scope FOR UPDATE OF tally
    )
    UPDATE "ordering_coupontally" tally SET used = tally.used - 1
    FROM scope WHERE tally.offer_id = scope.offer_id AND tally.scope = scope.scope
"""


class CouponCodeQuerySet(models.QuerySet["CouponCode"]):
    def with_offer(self, codes: Iterable[str]) -> dict[str, CouponCode]:
        """These codes with their offers, by code; one statement."""
        return {row.code: row for row in self.filter(code__in=list(codes)).select_related("offer")}

    def make(self, offer_id: UUID, codes: Iterable[str], most_uses: int | None, now: datetime) -> list[str]:
        """Write these codes down; those that there are already are left out."""
        wanted = list(codes)
        known = set(self.filter(code__in=wanted).values_list("code", flat=True))
        rows = [
            CouponCode(code=code, offer_id=offer_id, most_uses=most_uses, created_at=now)
            for code in wanted
            if code not in known
        ]
        self.bulk_create(rows, batch_size=1_000)
        return [row.code for row in rows]

    def with_uses(self, offer_id: UUID) -> list[tuple[str, int | None, int]]:
        """Each code of an offer, how often it may be used and in how many orders it is."""
        used = Count("offer__uses", filter=Q(offer__uses__code=F("code"), offer__uses__given_back_at=None))
        rows = self.filter(offer_id=offer_id).annotate(used=used).order_by("code")
        return list(rows.values_list("code", "most_uses", "used"))


class CouponCode(models.Model):
    """What a customer types in. `most_uses` None: as often as the offer allows."""

    code = models.CharField(_("code"), max_length=40, primary_key=True)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="codes", verbose_name=_("offer"))
    most_uses = models.PositiveIntegerField(_("uses of this code"), null=True, blank=True)
    created_at = models.DateTimeField(_("made"))

    objects = CouponCodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("coupon code")
        verbose_name_plural = _("coupon codes")
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Z0-9-]{3,40}$"), name="coupon_code_shape"),
        ]

    def __str__(self) -> str:
        return self.code


class CouponTallyQuerySet(models.QuerySet["CouponTally"]):
    def claim(self, limits: Mapping[tuple[UUID, str], int]) -> set[tuple[UUID, str]]:
        """Count one more use in each of these scopes, unless it is full; those that had room. One statement.

        Whoever comes second waits for the first: its use counts once that one has committed.
        """
        if not limits:
            return set()
        wanted: list[list[Any]] = [
            [offer for offer, _scope in limits],
            [scope for _offer, scope in limits],
            list(limits.values()),
        ]
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, [*wanted, *wanted])
            return {(offer, scope) for offer, scope in cursor.fetchall()}

    def full(self, offer_id: UUID, limits: Mapping[str, int]) -> bool:
        """Whether one of these scopes has no use left; for display, only `claim` decides."""
        tallies = self.filter(offer_id=offer_id, scope__in=limits).values_list("scope", "used")
        return any(used >= limits[scope] for scope, used in tallies)

    def give_back(self, order_id: UUID, now: datetime, *, offers: Iterable[UUID] | None = None) -> None:
        """What this order used, or of these offers, is free again, once; one statement."""
        some = None if offers is None else list(offers)
        with connection.cursor() as cursor:
            cursor.execute(_GIVE_BACK, [now, order_id, some, some])


class CouponTally(models.Model):
    """How often an offer was used in one scope: "total", "customer:<id>", "period:2026-11", "code:<code>"."""

    pk = models.CompositePrimaryKey("offer_id", "scope")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="tallies", verbose_name=_("offer"))
    scope = models.CharField(_("scope"), max_length=64)
    used = models.PositiveIntegerField(_("used"))

    objects = CouponTallyQuerySet.as_manager()

    class Meta:
        verbose_name = _("coupon tally")
        verbose_name_plural = _("coupon tallies")
        constraints = [models.CheckConstraint(condition=Q(used__gte=0), name="coupon_tally_not_negative")]

    def __str__(self) -> str:
        return f"{self.scope}: {self.used}"


class CouponUseQuerySet(models.QuerySet["CouponUse"]):
    def still_used(self, order_id: UUID) -> dict[UUID, str]:
        """The codes that count for an order, by their offers."""
        return dict(self.filter(order_id=order_id, given_back_at=None).values_list("offer_id", "code"))


class CouponUse(models.Model):
    """An order used a code; given back when the order was cancelled, or earns it no longer."""

    id = key()
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="coupon_uses", verbose_name=_("order"))
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="uses", verbose_name=_("offer"))
    code = models.CharField(_("code"), max_length=40)
    scopes = ArrayField(models.CharField(max_length=64), default=list)
    at = models.DateTimeField(_("at"))
    given_back_at = models.DateTimeField(_("given back"), null=True)

    objects = CouponUseQuerySet.as_manager()

    class Meta:
        verbose_name = _("coupon use")
        verbose_name_plural = _("coupon uses")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints = [models.UniqueConstraint(fields=["order", "offer"], name="offer_once_per_order")]

    def __str__(self) -> str:
        return f"{self.code} · {self.order_id}"
