"""What happened to accounts."""

from __future__ import annotations

from dataclasses import dataclass

from grocery.accounts.contracts import CustomerId
from grocery.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class CustomerRegistered(Event):
    """A new customer can sign in. Who it is, `accounts.public.contact` knows."""

    customer_id: CustomerId

    @property
    def stream(self) -> str:
        return f"customer:{self.customer_id}"
