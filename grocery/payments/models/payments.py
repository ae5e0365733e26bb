"""What an order is paid with: one payment to begin with, others when it comes to more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import models
from django.db.models import Exists, F, Min, OuterRef, Q, Sum
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from grocery.kernel import statements
from grocery.kernel.ids import new_id
from grocery.kernel.money import Money, dong
from grocery.payments.contracts import FINAL, HELD, Method, PaymentState
from grocery.payments.contracts.credit import CREDIT
from grocery.payments.models.cash import CashHandIn
from grocery.payments.models.provider import ProviderCall
from grocery.payments.policies import SUPERSEDED, LetGo, Operation, Standby

METHODS = [
    (Method.CARD, _("card")),
    (Method.MOMO, "MoMo"),
    (Method.BANK_TRANSFER, _("bank transfer")),
    (Method.CASH_ON_DELIVERY, _("cash on delivery")),
    (Method.STORE_CREDIT, _("store credit")),
]
STATES = [
    (PaymentState.INTENDED, _("intended")),
    (PaymentState.PENDING, _("pending")),
    (PaymentState.AUTHORISED, _("authorised")),
    (PaymentState.CAPTURED, _("captured")),
    (PaymentState.CANCELLED, _("cancelled")),
    (PaymentState.FAILED, _("failed")),
]
REASONS = [
    (LetGo.ORDER_OFF, _("the order is off")),
    (LetGo.REPLACED, _("the amount changed before it was paid")),
    (LetGo.NOT_NEEDED, _("the order comes to less")),
    (LetGo.NOT_PAID, _("not paid in time")),
    (LetGo.RENEWED, _("a new hold has taken its place")),
    (LetGo.OTHER_TENDER, _("its customer pays otherwise")),
]
STANDBY = [
    (Standby.BANK, _("the bank's answer")),
    (Standby.CUSTOMER, _("the customer")),
    (Standby.CHANGE, _("the customer, who pays otherwise")),
]


_WITH_OPEN_CALLS: Final = """
    SELECT {} FROM payments_payment payment WHERE order_id = %s AND EXISTS (
        SELECT FROM payments_providercall WHERE payment_id = payment.id AND state IN ('intended', 'sent', 'unknown')
    ) ORDER BY number
"""


class PaymentQuerySet(models.QuerySet["Payment"]):
    def of_order(self, order_id: UUID) -> PaymentQuerySet:
        """Those of that order, oldest first."""
        return self.filter(order_id=order_id).order_by("number")

    def with_open_calls(self, order_id: UUID) -> list[Payment]:
        """Those of that order of which something is asked that is not decided, oldest first."""
        statement = _WITH_OPEN_CALLS.format(statements.columns(Payment, "payment"))
        return [statements.load(Payment, row) for row in statements.rows(self.db, statement, [order_id])]

    def that_the_provider_means(self, *, provider: str, reference: str, payment_id: UUID | None) -> PaymentQuerySet:
        """The payment with the provider's name for it or, before we learnt that, with our own that it repeats."""
        ours = Q(id=payment_id, reference="") if payment_id else Q(pk__in=[])
        return self.filter(Q(provider=provider, reference=reference) | Q(provider=provider) & ours)

    def with_memos(self, memos: Sequence[str]) -> models.QuerySet[Payment, UUID]:
        """The ids of those that have one of these memos."""
        return self.filter(memo__in=memos).values_list("id", flat=True)

    def order_numbered(self, number: str) -> UUID | None:
        """The order with that number."""
        return self.filter(order_number=number.strip().upper(), number=0).values_list("order_id", flat=True).first()

    def payer_of(self, number: str, *, store_id: UUID | None) -> UUID | None:
        """Who pays the order with that number, of that store or of any."""
        found = self.of_store(store_id).filter(order_number=number.strip().upper(), number=0)
        return found.values_list("payer_id", flat=True).first()

    def ending_before(self, when: datetime) -> PaymentQuerySet:
        """Held and not asked for, and let go by the provider before then, unless the goods are packed first."""
        held = self.filter(state=PaymentState.AUTHORISED, cancel_requested_at=None, to_capture=None)
        return held.filter(capture_before__lt=when)

    def not_being_renewed(self) -> PaymentQuerySet:
        """For which no new hold is on its way."""
        coming = Payment.objects.filter(renews=OuterRef("pk"), cancel_requested_at=None)
        return self.filter(~Exists(coming.exclude(state=PaymentState.CANCELLED)))

    def waiting_for_renewal(self) -> PaymentQuerySet:
        """That their customers have to make, because a hold ends and the kept card did not do."""
        waiting = self.filter(standby=Standby.CUSTOMER, cancel_requested_at=None)
        return waiting.exclude(state__in=[*HELD, PaymentState.CANCELLED])

    def of_store(self, store_id: UUID | None) -> PaymentQuerySet:
        """One store's; None: all stores'."""
        return self if store_id is None else self.filter(store_id=store_id)

    def carried(self, store_id: UUID | None = None) -> PaymentQuerySet:
        """Cash that somebody has and has not handed in, oldest first; of one store, or None: of all."""
        out = self.of_store(store_id).filter(hand_in=None)
        return out.exclude(cash_carrier="").order_by("captured_at", "id")

    def carried_by(self, carrier: str, *, store_id: UUID, among: Sequence[UUID]) -> PaymentQuerySet:
        """Those of them that this carrier has and has not handed in; mine until the transaction ends."""
        mine = self.carried(store_id).filter(cash_carrier=carrier, id__in=among)
        return mine.order_by("id").select_for_update(of=("self",))

    def carried_by_all(self) -> tuple[Money, datetime | None]:
        """How much cash is carried in all, and since when the oldest of it."""
        found = self.carried().order_by().aggregate(money=Sum("captured"), since=Min("captured_at"))
        return dong(found["money"] or 0), found["since"]

    def hand_in(self, payments: Sequence[Payment], handed: CashHandIn) -> None:
        """These were handed in, with that."""
        self.filter(id__in=[payment.id for payment in payments]).update(hand_in=handed)

    def handed_in_with(self, hand_in_id: UUID) -> PaymentQuerySet:
        return self.filter(hand_in_id=hand_in_id)

    def falling_short(self) -> PaymentQuerySet:
        """Wanted when the goods were packed, and the provider would not: so much is missing."""
        refused = ProviderCall.objects.to(Operation.CAPTURE).refused().filter(payment=OuterRef("pk"))
        return self.filter(Exists(refused), captured=0, cancel_requested_at=None)

    def claim_due(
        self, *, now: datetime, lease: timedelta, limit: int, without: Collection[str] = ()
    ) -> list[Payment]:
        """Payments that are due for a look, but for those `without` whose providers; nobody else's for `lease`."""
        due = self.select_for_update(skip_locked=True).filter(look_at__lte=now).exclude(provider__in=without)
        claimed = list(due.order_by("look_at")[:limit])
        self.filter(id__in=[payment.id for payment in claimed]).update(look_at=now + lease)
        return claimed


class Payment(models.Model):
    """One authorisation, one promise of cash, or what store credit pays, for an order. Amounts in đồng.

    The order's first payment that is not store credit carries it; a top-up adds to it for a change of the order, and
    store credit beside it where the order is paid with that. A
    payment that its customer has not made when the amount changes is let go and replaced by another.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order_id = models.UUIDField(_("order id"))
    #: Counts the payments of its order from 0.
    number = models.PositiveSmallIntegerField(_("number"), default=0)
    #: The change of the order that a top-up pays for; null for what the order was placed with.
    top_up_for = models.UUIDField(_("top-up for"), null=True)
    #: The hold whose place it takes, because that one ends too early.
    renews = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="renewals", null=True, verbose_name=_("takes the place of")
    )
    #: Whom it waits for until it does; the order counts on the one before it until then.
    standby = models.CharField(_("waits for"), max_length=16, choices=STANDBY, blank=True, default="", db_default="")
    order_number = models.CharField(_("order"), max_length=32)
    payer_id = models.UUIDField(_("payer"), db_index=True)
    store_id = models.UUIDField(_("store"))
    method = models.CharField(_("method"), max_length=32, choices=METHODS)
    provider = models.CharField(_("provider"), max_length=32, blank=True)
    reference = models.CharField(_("provider's reference"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=STATES, default=PaymentState.INTENDED)
    amount = models.BigIntegerField(_("amount"))
    #: What we keep of it, once the goods are packed; null until then. A provider that captures whole takes more.
    to_capture = models.BigIntegerField(_("to capture"), null=True)
    captured = models.BigIntegerField(_("captured"), default=0)
    #: Given back, and promised to be: together never more than was captured.
    refunded = models.BigIntegerField(_("refunded"), default=0)
    refunding = models.BigIntegerField(_("being refunded"), default=0)
    failure_code = models.CharField(_("failure"), max_length=64, blank=True)
    failed_attempt = models.CharField(_("failed attempt"), max_length=100, blank=True)
    #: What is written on the transfer that pays it; "" where it is paid otherwise.
    memo = models.CharField(_("memo"), max_length=25, blank=True, db_default="")
    #: The provider's name of the card that it was paid with, where that is kept to be asked again.
    kept_card = models.CharField(_("kept card"), max_length=100, blank=True, default="", db_default="")
    #: Its customer wants the card kept, to choose it again.
    keep_card = models.BooleanField(_("card to be kept"), default=False, db_default=False)
    #: What its customer needs to confirm it, where the provider says it only once.
    handoff = models.JSONField(_("what its customer needs"), default=dict, db_default={}, blank=True)
    capture_before = models.DateTimeField(_("capture before"), null=True)
    opened_at = models.DateTimeField(_("opened"))
    #: A top-up that is not authorised by then ends; null: it waits until somebody ends it.
    pay_until = models.DateTimeField(_("to be paid until"), null=True)
    authorised_at = models.DateTimeField(_("authorised at"), null=True)
    captured_at = models.DateTimeField(_("captured at"), null=True)
    cash_taken_by = models.UUIDField(_("cash taken by"), null=True)
    #: Who has it until it is handed in: the id of a person, or a courier's name; "" where nobody carries it.
    cash_carrier = models.CharField(_("cash carried by"), max_length=64, blank=True, db_default="", default="")
    hand_in = models.ForeignKey(
        "payments.CashHandIn", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("handed in with")
    )
    cancel_requested_at = models.DateTimeField(_("cancellation asked for"), null=True)
    let_go = models.CharField(_("let go because"), max_length=16, choices=REASONS, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True)
    #: When to ask the provider again; null when there is nothing to ask.
    look_at = models.DateTimeField(_("next look"), null=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-opened_at"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="payments_amount_not_negative"),
            models.CheckConstraint(
                condition=Q(to_capture=None) | Q(to_capture__gt=0, to_capture__lte=F("amount")),
                name="payments_take_at_most_amount",
            ),
            models.CheckConstraint(
                condition=Q(captured__gte=0, captured__lte=F("amount")), name="payments_captured_at_most_amount"
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunding__gte=0, captured__gte=F("refunded") + F("refunding")),
                name="payments_refunded_at_most_captured",
            ),
            models.CheckConstraint(
                condition=~Q(state=PaymentState.CANCELLED) | Q(captured=0), name="payments_cancelled_took_nothing"
            ),
            models.UniqueConstraint(
                fields=["provider", "reference"], condition=~Q(reference=""), name="payments_one_per_reference"
            ),
            models.UniqueConstraint(fields=["memo"], condition=~Q(memo=""), name="payments_one_per_memo"),
            models.UniqueConstraint(fields=["order_id", "number"], name="payments_numbered"),
            models.UniqueConstraint(
                fields=["order_id"],
                condition=Q(top_up_for=None, standby="") & ~Q(let_go__in=SUPERSEDED) & ~Q(provider=CREDIT),
                name="payments_one_carries_the_order",
            ),
            models.UniqueConstraint(
                fields=["order_id", "top_up_for"],
                condition=~Q(top_up_for=None) & ~Q(let_go=LetGo.RENEWED) & ~Q(provider=CREDIT),
                name="payments_one_top_up_per_change",
            ),
            models.UniqueConstraint(
                fields=["order_id"],
                condition=Q(standby=Standby.CHANGE, cancel_requested_at=None),
                name="payments_one_change_of_tender",
            ),
        ]
        indexes = [
            models.Index(fields=["look_at"], condition=~Q(look_at=None), name="payments_due"),
            models.Index(
                fields=["store_id", "cash_carrier", "captured_at"],
                condition=Q(hand_in=None) & ~Q(cash_carrier=""),
                name="payments_cash_carried",
            ),
            models.Index(
                fields=["capture_before"], condition=Q(state=PaymentState.AUTHORISED), name="payments_holds"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_number} · {self.total}"

    @property
    def total(self) -> Money:
        return dong(self.amount)

    def is_credit(self) -> bool:
        """Paid with store credit: ours from the beginning."""
        return self.provider == CREDIT

    def is_final(self) -> bool:
        """Nothing more will happen to it, except that what was captured may be given back."""
        return PaymentState(self.state) in FINAL

    def is_held(self) -> bool:
        """The money is promised to us, or ours."""
        return PaymentState(self.state) in HELD

    def is_prepaid(self) -> bool:
        """Ours before anybody has said how much of it we keep."""
        sent = self.method != Method.CASH_ON_DELIVERY and self.state == PaymentState.CAPTURED
        return sent and self.to_capture is None

    def excess(self) -> Money:
        """What is ours and not to be kept: all of what was let go, of what was asked for the rest."""
        if self.let_go:
            return dong(self.captured)
        return dong(0 if self.to_capture is None else max(self.captured - self.to_capture, 0))

    def refundable(self) -> Money:
        """What was captured and nobody has asked back."""
        return dong(self.captured - self.refunded - self.refunding)

    def given_by_banks(self) -> Money:
        """What its customer has of it through lost disputes."""
        return self.disputes.given_to_customers()

    def owed_twice(self) -> int:
        """How much of what is to go back their bank has given them already."""
        told = self.refund_parts.given_by_bank().total()
        return max((self.given_by_banks() - told - self.refundable()).minor, 0)

    def promise_back(self, amount: Money) -> None:
        """Count it as being refunded; the database refuses more than was captured."""
        Payment.objects.filter(id=self.id).update(refunding=F("refunding") + amount.minor)
        self.refunding += amount.minor

    def count_as_refunded(self, amount: Money, *, given: bool) -> None:
        """What was being refunded has arrived or, not `given`, has come back."""
        step = amount.minor if given else -amount.minor
        Payment.objects.filter(id=self.id).update(refunding=F("refunding") - step, refunded=F("refunded") + step)
        self.refunding, self.refunded = self.refunding - step, self.refunded + step

    def is_wanted(self) -> bool:
        """Nobody has let it go."""
        return self.cancel_requested_at is None and self.state != PaymentState.CANCELLED

    def is_live(self) -> bool:
        """The order counts on it."""
        return self.is_wanted() and not self.standby

    def is_awaited(self) -> bool:
        """It is yet to be authorised, by its customer or without."""
        return self.is_wanted() and not self.is_held()

    def is_waiting(self) -> bool:
        """Its customer has yet to pay."""
        return self.is_awaited() and self.standby != Standby.BANK

    def is_being_captured(self) -> bool:
        """We have asked for it and do not have it."""
        return self.to_capture is not None and not self.is_final()

    @cached_property
    def doubt(self) -> bool:
        """Is the outcome of one of its calls unknown? A `Bill` to look at has read it along."""
        return self.calls.in_doubt().of_payments().exists()

    def current_state(self) -> PaymentState:
        """The state, or `unknown` while there is doubt."""
        return PaymentState.UNKNOWN if not self.is_final() and self.doubt else PaymentState(self.state)

    def was_asked_for(self) -> bool:
        """Has the provider heard of it, or may it have?"""
        return self.calls.to_begin().not_refused().exists()
