"""What staff see of money: everything; and two queues in which they act:
money that is owed to customers, and money that was not charged."""

from grocery.payments.admin import payments, refunds, shortfalls, transfers

__all__ = ["payments", "refunds", "shortfalls", "transfers"]
