"""What staff see of money: everything; and where they act: money that is owed to customers, money that was not
charged, transfers that fit nothing, cash that drivers bring."""

from grocery.payments.admin import cash, notices, payments, refunds, shortfalls, transfers

__all__ = ["cash", "notices", "payments", "refunds", "shortfalls", "transfers"]
