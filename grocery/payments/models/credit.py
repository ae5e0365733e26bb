"""What customers have with the shop: a balance each, and every movement of it."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Q, Sum
from django.utils.translation import gettext_lazy as _

from grocery.kernel import statements
from grocery.kernel.errors import NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.money import Money, dong
from grocery.payments.contracts.credit import CreditEntryView, CreditKind
from grocery.payments.models.payments import Payment

KINDS = [
    (CreditKind.GRANTED, _("granted")),
    (CreditKind.TAKEN_BACK, _("taken back")),
    (CreditKind.SPENT, _("spent")),
    (CreditKind.RETURNED, _("came back")),
    (CreditKind.PAID_IN, _("transfer made credit")),
    (CreditKind.PAID_OUT, _("transfer made credit, undone")),
]
#: These add to a balance, the others take from it.
_ADDING: Final = [CreditKind.GRANTED, CreditKind.RETURNED, CreditKind.PAID_IN]

#: The first entry of a customer opens the account.
ADD: Final = """
    INSERT INTO payments_creditaccount AS account (customer_id, balance) VALUES (%(customer)s, %(amount)s)
    ON CONFLICT (customer_id) DO UPDATE SET balance = account.balance + EXCLUDED.balance
    RETURNING balance
"""
#: Whoever takes looks and takes in one statement: of two at once the second sees what the first has left.
TAKE: Final = """
    UPDATE payments_creditaccount SET balance = balance - %(amount)s
    WHERE customer_id = %(customer)s AND balance >= %(amount)s
    RETURNING balance
"""


class CreditAccountQuerySet(models.QuerySet["CreditAccount"]):
    def balance_of(self, customer_id: UUID) -> Money:
        """What they have; nothing where there is no account."""
        return dong(self.filter(customer_id=customer_id).values_list("balance", flat=True).first() or 0)

    def locked(self, customer_id: UUID) -> CreditAccount:
        """Mine until the transaction ends. Raises NotFound."""
        found = self.filter(customer_id=customer_id).select_for_update(no_key=True).first()
        if found is None:
            raise NotFound("store credit", customer_id)
        return found

    def of_store(self, store_id: UUID | None) -> CreditAccountQuerySet:
        """Of customers who have an order there; None: of all."""
        if store_id is None:
            return self
        orders = Payment.objects.of_store(store_id).filter(payer_id=OuterRef("customer_id"))
        return self.filter(Exists(orders))

    def with_credit(self) -> CreditAccountQuerySet:
        """That have something to spend."""
        return self.filter(balance__gt=0)

    def outstanding(self) -> Money:
        """What all customers may still spend."""
        return dong(self.with_credit().aggregate(total=Sum("balance"))["total"] or 0)

    def opened(self, customer_id: UUID) -> None:
        """There is an account, and it is mine until the transaction ends."""
        self.add(customer_id, dong(0))

    def add(self, customer_id: UUID, amount: Money) -> Money:
        """So much more; the balance then."""
        [(balance,)] = statements.rows(self.db, ADD, customer=customer_id, amount=amount.minor)
        return dong(balance)

    def take(self, customer_id: UUID, amount: Money) -> Money | None:
        """So much less, if it is there; the balance then, None where it is not there."""
        rows = statements.rows(self.db, TAKE, customer=customer_id, amount=amount.minor)
        return dong(rows[0][0]) if rows else None


class CreditAccount(models.Model):
    """What a customer may still spend, in đồng. It changes together with an entry, and never without one."""

    customer_id = models.UUIDField(_("customer's id"), primary_key=True)
    balance = models.BigIntegerField(_("balance"))

    objects = CreditAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("store credit")
        verbose_name_plural = _("store credit")
        constraints = [
            models.CheckConstraint(condition=Q(balance__gte=0), name="payments_credit_not_overspent"),
        ]

    def __str__(self) -> str:
        return str(self.money)

    @property
    def money(self) -> Money:
        return dong(self.balance)


class CreditEntryQuerySet(models.QuerySet["CreditEntry"]):
    def of_customer(self, customer_id: UUID) -> CreditEntryQuerySet:
        """Newest first."""
        return self.filter(account_id=customer_id).order_by("-id")

    def older_than(self, entry_id: UUID) -> CreditEntryQuerySet:
        return self.filter(id__lt=entry_id)

    def with_key(self, key: str) -> CreditEntry | None:
        """The one that was made under that key."""
        return self.filter(key=key).first()

    def of_transfer(self, transfer_id: UUID) -> CreditEntryQuerySet:
        """What that transfer moved, newest first."""
        return self.filter(key__startswith=f"transfer:{transfer_id}:").order_by("-id")

    def grant(self, entry_id: UUID) -> CreditEntry:
        """That grant. Raises NotFound."""
        found = self.filter(id=entry_id, kind=CreditKind.GRANTED).first()
        if found is None:
            raise NotFound("store credit", entry_id)
        return found


class CreditEntry(models.Model):
    """One movement of a customer's store credit; only ever added. Amounts in đồng."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(
        CreditAccount, on_delete=models.PROTECT, related_name="entries", verbose_name=_("store credit")
    )
    kind = models.CharField(_("what"), max_length=16, choices=KINDS)
    #: Below nothing for what went away.
    amount = models.BigIntegerField(_("amount"))
    balance = models.BigIntegerField(_("balance then"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    order_id = models.UUIDField(_("order id"), null=True)
    order_number = models.CharField(_("order"), max_length=32, blank=True)
    #: Who of the staff did it; null: an order did.
    by = models.UUIDField(_("by"), null=True)
    key = models.CharField(_("key"), max_length=150, unique=True)
    at = models.DateTimeField(_("when"))

    objects = CreditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("movement of store credit")
        verbose_name_plural = _("movements of store credit")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=_ADDING, amount__gt=0) | (~Q(kind__in=_ADDING) & Q(amount__lt=0)),
                name="payments_credit_moves_its_way",
            ),
            models.CheckConstraint(condition=Q(balance__gte=0), name="payments_credit_entry_not_overspent"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.money}"

    @property
    def money(self) -> Money:
        return dong(self.amount)

    @property
    def balance_money(self) -> Money:
        return dong(self.balance)

    def is_same(self, **wanted: Any) -> bool:
        """Was it made for just this?"""
        return all(getattr(self, name) == value for name, value in wanted.items())

    def view(self) -> CreditEntryView:
        """As others see it."""
        return CreditEntryView(
            id=self.id,
            customer_id=self.account_id,
            kind=CreditKind(self.kind),
            amount=self.money,
            balance=dong(self.balance),
            reason=self.reason,
            order_id=self.order_id,
            order_number=self.order_number,
            at=self.at,
        )
