"""Payments, what we asked of providers, and what providers told us."""

from grocery.payments.models.bills import Bill
from grocery.payments.models.cards import CardHolder, KeptCard
from grocery.payments.models.cash import CashHandIn
from grocery.payments.models.credit import CreditAccount, CreditEntry
from grocery.payments.models.deposits import CashDeposit, Safe
from grocery.payments.models.disputes import Dispute
from grocery.payments.models.payments import Payment
from grocery.payments.models.provider import ProviderCall, ProviderNotice
from grocery.payments.models.refunds import Refund, RefundPart
from grocery.payments.models.shortfalls import Shortfall
from grocery.payments.models.transfers import IncomingTransfer

__all__ = [
    "IncomingTransfer",
    "Bill",
    "CreditAccount",
    "CreditEntry",
    "CashDeposit",
    "CashHandIn",
    "CardHolder",
    "KeptCard",
    "Dispute",
    "Payment",
    "ProviderCall",
    "ProviderNotice",
    "Refund",
    "RefundPart",
    "Safe",
    "Shortfall",
]
