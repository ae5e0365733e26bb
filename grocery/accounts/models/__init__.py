"""The tables of accounts."""

from grocery.accounts.models.families import RefreshFamily
from grocery.accounts.models.people import Customer, Staff, User
from grocery.accounts.models.places import Address, Province, Ward

__all__ = ["User", "Customer", "Staff", "RefreshFamily", "Province", "Ward", "Address"]
