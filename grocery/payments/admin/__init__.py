"""What staff see of money: everything; and where they act: money that is owed to customers, money that was not
charged, transfers that fit nothing, cash that drivers bring
and that is taken to the bank, banks that want money back, store credit."""

from grocery.payments.admin import cash, credit, deposits, disputes, notices, payments, refunds, shortfalls, transfers

__all__ = ["cash", "credit", "deposits", "disputes", "notices", "payments", "refunds", "shortfalls", "transfers"]
