"""Money that somebody has sent to the shop's account: each transfer once, whoever told us of it how often."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import models
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from grocery.kernel.errors import NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.money import Money, dong
from grocery.payments.policies.transfers import Oddity, Source, Standing

SOURCES = [(Source.NOTICE, _("bank's notice")), (Source.STATEMENT, _("statement"))]
STANDINGS = [
    (Standing.OPEN, _("waits for somebody")),
    (Standing.WAITS, _("waits for the rest")),
    (Standing.PAID, _("with its order")),
    (Standing.SENT_BACK, _("sent back by hand")),
    (Standing.CREDITED, _("store credit of its customer")),
    (Standing.DEPOSITED, _("cash that we took to the bank")),
]
ODDITIES = [
    (Oddity.UNKNOWN_MEMO, _("no memo of ours")),
    (Oddity.MISTYPED_MEMO, _("memo mistyped")),
    (Oddity.SEVERAL_MEMOS, _("memos of several orders")),
    (Oddity.LESS, _("less than is to be paid")),
    (Oddity.MORE, _("more than is to be paid")),
    (Oddity.TWICE, _("was paid already")),
    (Oddity.LATE, _("came late, goes back by itself")),
    (Oddity.ORDER_OFF, _("the order is off")),
    (Oddity.OTHER_ACCOUNT, _("to another account")),
    (Oddity.OTHER_CURRENCY, _("not in đồng")),
    (Oddity.OTHERWISE, _("the bank has told two amounts")),
    (Oddity.DEPOSIT, _("cash of ours, not as written down")),
]


_BOOKED: Final = (Standing.PAID.value, Standing.DEPOSITED.value)
_PAID_OTHERWISE = Q(standing__in=_BOOKED, oddity=Oddity.OTHERWISE)


class IncomingTransferQuerySet(models.QuerySet["IncomingTransfer"]):
    def open(self) -> IncomingTransferQuerySet:
        """That a person has to see to, those who wait longest first: what fits nothing, parts of what is off, and
        what has paid an order before the bank told another amount."""
        off = Q(standing=Standing.WAITS) & ~Q(payment__cancel_requested_at=None)
        return self.filter(Q(standing=Standing.OPEN) | off | _PAID_OTHERWISE).order_by("received_at", "id")

    def nobodys(self) -> IncomingTransferQuerySet:
        """In our account, and by their memo no order's; mine until the transaction ends."""
        odd = (Oddity.UNKNOWN_MEMO, Oddity.MISTYPED_MEMO, Oddity.DEPOSIT)
        return self.filter(standing=Standing.OPEN, oddity__in=odd).select_for_update(of=("self",)).order_by("id")

    def of_store(self, store_id: UUID | None) -> IncomingTransferQuerySet:
        """That concern this store's orders, or perhaps any; None: all."""
        return self if store_id is None else self.filter(Q(payment=None) | Q(payment__store_id=store_id))

    def waiting_for_the_rest(self, payment_id: UUID) -> IncomingTransferQuerySet:
        """Parts of what that payment wants, oldest first."""
        return self.filter(payment_id=payment_id, standing=Standing.WAITS).order_by("id")

    def total(self) -> Money:
        """All of these together."""
        return dong(self.aggregate(total=Sum("amount"))["total"] or 0)

    def known_as(self, account: str, reference: str) -> IncomingTransfer:
        """The one with that name at the bank."""
        return self.get(account=account, reference=reference)

    def locked(self, transfer_id: UUID) -> IncomingTransfer:
        """Mine until the transaction ends. Raises NotFound."""
        found = self.select_for_update(of=("self",)).filter(id=transfer_id).first()
        if found is None:
            raise NotFound("transfer", transfer_id)
        return found

    def paid_with(self, parts: Sequence[IncomingTransfer]) -> None:
        """These have come to what was wanted."""
        self.filter(id__in=[part.id for part in parts]).update(standing=Standing.PAID)


class IncomingTransfer(models.Model):
    """A transfer to the shop's account, as the bank tells of it, and what became of it. Amounts in đồng."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.CharField(_("account"), max_length=32)
    reference = models.CharField(_("bank's reference"), max_length=64)
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    memo = models.CharField(_("memo"), max_length=500, blank=True)
    payer_name = models.CharField(_("sender"), max_length=140, blank=True)
    payer_account = models.CharField(_("sender's account"), max_length=34, blank=True)
    booked_at = models.DateTimeField(_("booked"))
    received_at = models.DateTimeField(_("told"))
    source = models.CharField(_("told by"), max_length=16, choices=SOURCES)
    standing = models.CharField(_("standing"), max_length=16, choices=STANDINGS, default=Standing.OPEN)
    oddity = models.CharField(_("reason"), max_length=16, choices=ODDITIES, blank=True)
    #: What it pays or, while it waits, is part of; for one in the queue what its memo names.
    payment = models.ForeignKey(
        "payments.Payment", on_delete=models.PROTECT, null=True, related_name="transfers", verbose_name=_("payment")
    )
    told_otherwise = models.BigIntegerField(_("amount told the other time"), null=True)
    seen_to_by = models.UUIDField(_("seen to by"), null=True)
    seen_to_at = models.DateTimeField(_("seen to at"), null=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = IncomingTransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("incoming transfer")
        verbose_name_plural = _("incoming transfers")
        ordering = ["-received_at"]
        constraints = [
            models.UniqueConstraint(fields=["account", "reference"], name="payments_each_transfer_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_transfer_of_something"),
            models.CheckConstraint(
                condition=~Q(standing__in=[Standing.PAID, Standing.WAITS]) | Q(payment__isnull=False),
                name="payments_taken_transfer_pays_something",
            ),
        ]
        indexes = [
            models.Index(
                fields=["received_at"],
                condition=Q(standing__in=[Standing.OPEN, Standing.WAITS]),
                name="payments_transfers_open",
            ),
            models.Index(fields=["received_at"], condition=_PAID_OTHERWISE, name="payments_paid_otherwise"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} · {self.total}"

    @property
    def total(self) -> Money:
        return dong(self.amount)

    def may_be_seen_to(self) -> bool:
        """Nothing has been booked of it."""
        return self.standing in {Standing.OPEN, Standing.WAITS}

    def was_paid_otherwise(self) -> bool:
        """It has paid an order or is cash of ours, and the bank has told another amount since."""
        return self.standing in _BOOKED and self.oddity == Oddity.OTHERWISE

    def stand(
        self, standing: Standing, *, by: UUID | None = None, now: datetime | None = None, note: str = ""
    ) -> None:
        """Note where it stands and, for what a person did, who, when and why."""
        self.standing, self.seen_to_by, self.seen_to_at, self.note = standing, by, now, note
        self.save(update_fields=["standing", "oddity", "payment", "seen_to_by", "seen_to_at", "note"])
