"""What staff see of money: everything; and the one queue in which they act, money that is owed to customers."""

from grocery.payments.admin import payments, refunds

__all__ = ["payments", "refunds"]
