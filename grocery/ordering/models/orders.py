"""Orders. An order is a legal document: it carries copies, never joins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Count, Exists, F, Func, Max, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Concat
from django.db.models.lookups import IContains
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grocery.kernel import statements
from grocery.kernel.money import Money, dong
from grocery.ordering.contracts import MOST_PACKED, OrderFilter, OrderState, SubstitutionChoice, headroom
from grocery.ordering.models.columns import CHOICES, amount_of, key, weight_of_piece
from grocery.ordering.models.desk import DeskQuerySet
from grocery.ordering.models.functions import Folded

_STATES = [
    (OrderState.PLACED.value, _("placed")),
    (OrderState.CONFIRMED.value, _("confirmed")),
    (OrderState.PICKING.value, _("picking")),
    (OrderState.PACKED.value, _("packed")),
    (OrderState.OUT_FOR_DELIVERY.value, _("out for delivery")),
    (OrderState.UNDELIVERED.value, _("not delivered")),
    (OrderState.DELIVERED.value, _("delivered")),
    (OrderState.CANCELLED.value, _("cancelled")),
]
ACTORS = [("customer", _("customer")), ("staff", _("staff")), ("system", _("system"))]
_MODES = [("delivery", pgettext_lazy("mode", "delivery")), ("pickup", pgettext_lazy("mode", "pickup"))]
_PREPAID = {"card": _("card"), "momo": "MoMo", "bank_transfer": _("bank transfer")}
METHODS = {**_PREPAID, "cash_on_delivery": _("cash on delivery")}
UNITS = {"piece": _("piece"), "kg": _("kg"), "l": _("l")}


def holder_of(order_id: UUID) -> str:
    """An order as stock knows it."""
    return f"order:{order_id}"


_PLACED_WITH = 'SELECT {} FROM "ordering_order" o WHERE customer_id = %s AND request_key = %s'


class NextNumber(Func):
    """The next of the sequence that order numbers come from; the migration makes it."""

    template = "nextval('ordering_order_number')"
    output_field = models.BigIntegerField()


class OrderQuerySet(DeskQuerySet["Order"]):
    def with_id(self, order_id: UUID) -> Self:
        return self.filter(id=order_id)

    def of_customer(self, customer_id: UUID | None) -> Self:
        """The customer's own; None: everybody's."""
        return self if customer_id is None else self.filter(customer_id=customer_id)

    def of_store(self, store_id: UUID | None) -> Self:
        """One store's; None: all stores'."""
        return self if store_id is None else self.filter(store_id=store_id)

    def locked(self, order_id: UUID) -> Order | None:
        """The order, its row locked until the transaction ends."""
        return self.filter(id=order_id).select_for_update().first()

    def write(self, order: Order, *, lines: Iterable[OrderLine], adjustments: Sequence[models.Model]) -> None:
        """Write a new order with all that belongs to it; each kind of row in one statement."""
        for rows in ([order], list(lines), adjustments):
            statements.insert(rows)

    def placed_with(self, customer_id: UUID, key: str) -> Order | None:
        """The order that this request of the customer's has become."""
        found = statements.rows(self.db, _PLACED_WITH.format(statements.columns(Order, "o")), [customer_id, key])
        return statements.load(Order, found[0]) if found else None

    def newest_first(self) -> Self:
        return self.order_by("-placed_at", "-id")

    def whole(self) -> Self:
        """With lines and timeline, in four statements however many there are."""
        return self.prefetch_related("lines", "transitions", "changes")

    def unpaid(self, now: datetime) -> Self:
        """Still waiting for money whose time is up, oldest first."""
        return self.filter(state=OrderState.PLACED.value, pay_by__lte=now).order_by("pay_by")

    def visible_to(self, customer_id: UUID | None, store_id: UUID | None) -> Self:
        """A customer's own, and those of one store; None does not narrow."""
        return self.of_customer(customer_id).of_store(store_id)

    def with_first_pictures(self, most: int) -> Self:
        """Adds `pictures`, those of the first lines, and `line_count`."""
        lines = OrderLine.objects.filter(order=OuterRef("pk"), quantity__gt=0)
        first = lines.order_by("position").values("image")[:most]
        return self.annotate(
            pictures=ArraySubquery(first),
            line_count=Coalesce(
                Subquery(lines.order_by().values("order").annotate(number=Count("*")).values("number")), 0
            ),
        )

    def looked_for(self, wanted: OrderFilter) -> Self:
        """Those in one of these states, placed in this period, whose number or goods have these words.

        Marks do not matter: `ca chua` finds cà chua. Names are looked through within what is visible already.
        """
        found = self.filter(state__in=[state.value for state in wanted.states]) if wanted.states else self
        if wanted.placed_from:
            found = found.filter(placed_at__gte=wanted.placed_from)
        if wanted.placed_before:
            found = found.filter(placed_at__lt=wanted.placed_before)
        return found.about(wanted.words) if wanted.words else found

    def about(self, words: str) -> Self:
        """Whose number begins with these words, or that hold goods with them in their name."""
        lines = OrderLine.objects.filter(order=OuterRef("pk"))
        folded = Folded(Value(words))
        in_name = IContains(Folded(F("name_vi")), folded) | IContains(Folded(F("name_en")), folded)
        return self.filter(Q(number__istartswith=words) | Exists(lines.filter(in_name)))

    def ids(self, most: int) -> list[UUID]:
        return list(self.values_list("id", flat=True)[:most])

    def came_back(self) -> Self:
        """Those that could not be delivered, and wait in the store."""
        return self.filter(state=OrderState.UNDELIVERED.value)

    def with_attempts(self) -> Self:
        """Adds `since` when they last came back and `attempts`, how often; who waits longest first."""
        back = Q(transitions__to_state=OrderState.UNDELIVERED.value)
        counted = self.annotate(since=Max("transitions__at", filter=back), attempts=Count("transitions", filter=back))
        return counted.order_by("since", "id").prefetch_related("transitions")

    def mentioning(self, words: str) -> Self:
        """Whose number begins with, or whose recipient's name or phone contains these words. Indexed in 0002."""
        digits = words.replace(" ", "").removeprefix("0")  # kept as +84…, said as 0…
        by_phone = Q(phone__contains=digits) if digits else Q()
        return self.filter(Q(number__istartswith=words) | Q(recipient__icontains=words) | by_phone)


class Order(models.Model):
    """A promise to a customer: these goods, at these prices, in that window, to that door."""

    id = key()
    epoch = models.CharField(_("restore epoch"), max_length=1)
    sequence = models.BigIntegerField(_("sequence"), db_default=NextNumber(), editable=False)
    number = models.GeneratedField(
        expression=Concat(F("epoch"), Value("-"), F("sequence"), output_field=models.TextField()),
        output_field=models.CharField(max_length=24),
        db_persist=True,
        unique=True,
        verbose_name=_("number"),
    )
    state = models.CharField(_("state"), max_length=20, choices=_STATES, default=OrderState.PLACED.value)
    customer_id = models.UUIDField(_("customer"))
    store_id = models.UUIDField(_("store"))
    language = models.CharField(_("language"), max_length=2, choices=[("vi", "Tiếng Việt"), ("en", "English")])
    method = models.CharField(_("payment"), max_length=20, choices=list(METHODS.items()))
    placed_at = models.DateTimeField(_("placed"))
    pay_by = models.DateTimeField(_("to be paid by"), null=True, blank=True)
    request_key = models.CharField(_("key of the request"), max_length=255, null=True, blank=True, editable=False)
    # the slot
    mode = models.CharField(_("mode"), max_length=10, choices=_MODES)
    slot_id = models.UUIDField(_("slot"))
    slot_day = models.DateField(_("day"), help_text=_("on the store's calendar"))
    slot_starts_at = models.DateTimeField(_("slot starts"))
    slot_ends_at = models.DateTimeField(_("slot ends"))
    zone = models.CharField(_("time zone"), max_length=64)
    # where to
    recipient = models.CharField(_("recipient"), max_length=200)
    phone = models.CharField(_("phone"), max_length=32)
    address = models.CharField(_("address"), max_length=800)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    # money, đồng, VAT included
    subtotal = models.BigIntegerField(_("goods, ₫"))
    discount = models.BigIntegerField(_("offers, ₫"), default=0, db_default=0)
    fee = models.BigIntegerField(_("delivery fee, ₫"))
    fee_discount = models.BigIntegerField(_("off the fee, ₫"), default=0, db_default=0)
    fee_vat_rate = models.DecimalField(_("VAT in the fee, %"), max_digits=5, decimal_places=2)
    total = models.BigIntegerField(_("total, ₫"))
    headroom = models.BigIntegerField(_("goods by weight may add, ₫"), default=0, db_default=0)
    charged = models.BigIntegerField(_("total as packed, ₫"), null=True, blank=True)
    given_back = models.BigIntegerField(_("given back, ₫"), default=0, db_default=0)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering: ClassVar[list[str]] = ["-placed_at", "-id"]
        indexes = [
            models.Index(fields=["customer_id", "-placed_at", "-id"], name="order_history"),
            models.Index(fields=["store_id", "slot_day", "state"], name="order_desk"),
            models.Index(fields=["-placed_at", "-id"], name="order_newest"),
            models.Index(fields=["pay_by"], condition=Q(state=OrderState.PLACED.value), name="order_unpaid"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["customer_id", "request_key"], name="one_order_per_request"),
            models.CheckConstraint(condition=Q(state__in=[s.value for s in OrderState]), name="order_state_known"),
            models.CheckConstraint(
                condition=Q(total=F("subtotal") - F("discount") + F("fee") - F("fee_discount")),
                name="order_total_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(discount__gte=0, discount__lte=F("subtotal")), name="order_discount_bounded"
            ),
            models.CheckConstraint(
                condition=Q(fee_discount__gte=0, fee_discount__lte=F("fee")), name="order_fee_discount_bounded"
            ),
            models.CheckConstraint(condition=Q(subtotal__gte=0, fee__gte=0), name="order_amounts_not_negative"),
            models.CheckConstraint(
                condition=Q(charged__gte=0, charged__lte=F("total") + F("headroom")),
                name="order_never_charged_above_ceiling",
            ),
            models.CheckConstraint(
                condition=Q(given_back__gte=0, given_back__lte=Coalesce(F("charged"), Value(0))),
                name="order_never_gives_back_more_than_charged",
            ),
            models.CheckConstraint(condition=Q(headroom__gte=0), name="order_headroom_not_negative"),
            models.CheckConstraint(condition=Q(slot_starts_at__lt=F("slot_ends_at")), name="order_slot_in_order"),
        ]

    def __str__(self) -> str:
        return str(self.number)

    def window(self) -> str:
        """The slot on the store's clock: `20/11 16:00–18:00`."""
        starts, ends = (moment.astimezone(ZoneInfo(self.zone)) for moment in (self.slot_starts_at, self.slot_ends_at))
        return f"{starts:%d/%m %H:%M}–{ends:%H:%M}"

    def on_its_clock(self, moment: datetime) -> str:
        """A moment as the store's clock showed it: `20/11/2026 16:00`."""
        return f"{moment.astimezone(ZoneInfo(self.zone)):%d/%m/%Y %H:%M}"

    def reached(self, state: OrderState) -> datetime:
        """When it came into a state that it has come into once."""
        return self.transitions.get(to_state=state.value).at

    @property
    def holder(self) -> str:
        return holder_of(self.id)

    @property
    def ceiling(self) -> Money:
        """The most that may be charged for it."""
        return dong(self.total + self.headroom)


class OrderLineQuerySet(models.QuerySet["OrderLine"]):
    def of_order(self, order_id: UUID) -> Self:
        return self.filter(order_id=order_id).order_by("position")

    def still_wanted(self, order_id: UUID) -> Self:
        """Those of the order that were not called off altogether."""
        return self.of_order(order_id).filter(quantity__gt=0)

    def of_sku(self, sku: str) -> Self:
        return self.filter(sku=sku)

    def skus(self) -> list[str]:
        return list(self.values_list("sku", flat=True))

    def become(self, lines: Iterable[OrderLine]) -> None:
        """Write down what an edit has made of these lines, in one statement."""
        money = ["quantity", "amount", "discount", "price", "vat_rate"]
        self.bulk_update(list(lines), [*money, "parts", "reduced", "settled"])

    def resize(self, lines: Iterable[OrderLine]) -> None:
        """Write down other quantities and what they come to, in one statement."""
        self.bulk_update(list(lines), ["quantity", "amount", "discount", "reduced", "settled"])

    def pack(self, lines: Iterable[OrderLine]) -> None:
        """Write down what was packed, in one statement."""
        self.bulk_update(list(lines), ["packed", "packed_as_agreed", "packed_amount"])


class OrderLine(models.Model):
    """One SKU of an order: name, price, VAT rate and picture as they were."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines", verbose_name=_("order"))
    position = models.PositiveSmallIntegerField(_("position"))
    sku = models.CharField(_("SKU"), max_length=64)
    name_en = models.CharField(_("name in English"), max_length=300)
    name_vi = models.CharField(_("name in Vietnamese"), max_length=300)
    price = models.BigIntegerField(_("price per unit, ₫"))
    unit = models.CharField(_("unit"), max_length=8, choices=list(UNITS.items()))
    vat_rate = models.DecimalField(_("VAT, %"), max_digits=5, decimal_places=2)
    step = amount_of(_("sold in steps of"), null=True)
    piece_weight = weight_of_piece()
    quantity = amount_of(_("quantity"))
    amount = models.BigIntegerField(_("amount, ₫"), help_text=_("before offers"))
    discount = models.BigIntegerField(_("offers, ₫"), default=0, db_default=0)
    packed = amount_of(_("packed"), null=True)
    #: What was packed, where the customer was asked about the weight and takes it.
    packed_as_agreed = models.DecimalField(_("packed as agreed"), max_digits=12, decimal_places=3, null=True)
    packed_amount = models.BigIntegerField(_("amount as packed, ₫"), null=True)
    min_freshness_days = models.PositiveSmallIntegerField(_("fresh for days"), default=0)
    #: [[percent, quantity as text]]: units of marked-down lots that the line was promised.
    reduced = models.JSONField(_("near expiry"), default=list, db_default=Value([], models.JSONField()))
    #: [[quantity as text, price, by placing (0) or which edit]], oldest first. Empty: all by placing, at `price`.
    parts = models.JSONField(_("agreed by parts"), default=list, db_default=Value([], models.JSONField()))
    settled = models.BooleanField(_("offers settled"), default=False, db_default=False)  # see docs/adr/0160
    image = models.CharField(_("picture"), max_length=300, blank=True)
    tint = models.CharField(_("tint"), max_length=16, blank=True)
    # what the customer said about it
    note = models.CharField(_("note"), max_length=200, blank=True, db_default="")
    substitution = models.CharField(
        _("if it runs out"), max_length=8, choices=CHOICES, db_default=SubstitutionChoice.SIMILAR.value
    )
    substitute_sku = models.CharField(_("best replaced by"), max_length=64, blank=True, db_default="")
    replaces = models.CharField(_("stands in for"), max_length=64, blank=True, db_default="")

    objects = OrderLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering: ClassVar[list[str]] = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "sku"], name="sku_once_per_order"),
            #: Nothing is left of a line that was called off; it stays to be read.
            models.CheckConstraint(condition=Q(quantity__gte=0), name="order_line_quantity_not_negative"),
            models.CheckConstraint(condition=Q(price__gte=0, amount__gte=0), name="order_line_not_negative"),
            models.CheckConstraint(
                condition=Q(discount__gte=0, discount__lte=F("amount")), name="order_line_discount_bounded"
            ),
            models.CheckConstraint(
                condition=Q(substitution__in=[c.value for c in SubstitutionChoice]),
                name="order_line_substitution_known",
            ),
            models.CheckConstraint(
                condition=Q(packed__gte=0)
                & (
                    Q(packed__lte=F("quantity") * Value(MOST_PACKED))
                    | Q(packed_as_agreed__isnull=False, packed=F("packed_as_agreed"))
                ),
                name="never_packed_above_tolerance",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"

    @property
    def headroom(self) -> int:
        """By how much it may come to more on the scale, in đồng."""
        return headroom(dong(self.net), unit=self.unit).minor

    @property
    def net(self) -> int:
        """What the line costs after offers, đồng."""
        return self.amount - self.discount


class OrderTransition(models.Model):
    """The order went from one state to the next: when, by whom, why. Written once. Placing itself is `placed_at`."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="transitions", verbose_name=_("order"))
    from_state = models.CharField(_("from"), max_length=20, choices=_STATES)
    to_state = models.CharField(_("to"), max_length=20, choices=_STATES)
    at = models.DateTimeField(_("at"))
    actor = models.CharField(_("by"), max_length=10, choices=ACTORS)
    actor_id = models.UUIDField(_("who"), null=True, blank=True)
    motive = models.CharField(_("why"), max_length=24, blank=True, db_default="")
    reason = models.CharField(_("reason"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("timeline")
        ordering: ClassVar[list[str]] = ["id"]
        constraints = [
            #: An order comes into each state once; only on the road, and back in the store, it may be several times.
            models.UniqueConstraint(
                fields=["order", "to_state"],
                condition=~Q(
                    to_state__in=[
                        OrderState.PACKED.value,
                        OrderState.OUT_FOR_DELIVERY.value,
                        OrderState.UNDELIVERED.value,
                    ]
                ),
                name="each_state_once_per_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"
