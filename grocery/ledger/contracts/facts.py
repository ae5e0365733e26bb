"""What the books need to know of the facts that they hear; the facts themselves belong to orders and payments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from grocery.kernel.money import Money


class Fact(Protocol):
    """Anything that is told once."""

    @property
    def event_id(self) -> UUID: ...
    @property
    def at(self) -> datetime: ...
    @property
    def by(self) -> UUID | None: ...


class AtOneRate(Protocol):
    """Amounts at one VAT rate in percent, net of VAT but for `vat`; `goods` and `fee` before `discount`."""

    @property
    def rate(self) -> Decimal: ...
    @property
    def goods(self) -> Money: ...
    @property
    def fee(self) -> Money: ...
    @property
    def discount(self) -> Money: ...
    @property
    def vat(self) -> Money: ...


class OfOffer(Protocol):
    """What one offer took off at one rate, net of VAT."""

    @property
    def rate(self) -> Decimal: ...
    @property
    def offer_id(self) -> UUID | None: ...
    @property
    def kind(self) -> str: ...
    @property
    def name_en(self) -> str: ...
    @property
    def name_vi(self) -> str: ...
    @property
    def amount(self) -> Money: ...


class Charge(Fact, Protocol):
    """What the customer of an order owes, or owes less."""

    @property
    def order_id(self) -> UUID: ...
    @property
    def number(self) -> str: ...
    @property
    def store_id(self) -> UUID: ...
    @property
    def total(self) -> Money: ...
    @property
    def parts(self) -> Sequence[AtOneRate]: ...


class Charged(Charge, Protocol):
    """The order was packed."""

    @property
    def offers(self) -> Sequence[OfOffer]: ...


class Reduced(Charge, Protocol):
    """Something of it came back."""

    @property
    def return_id(self) -> UUID: ...
    @property
    def kind(self) -> str: ...


class Movement(Fact, Protocol):
    """Money of an order moved."""

    @property
    def order_id(self) -> UUID: ...
    @property
    def order_number(self) -> str: ...
    @property
    def store_id(self) -> UUID: ...
    @property
    def payment_id(self) -> UUID: ...
    @property
    def amount(self) -> Money: ...
    @property
    def method(self) -> str: ...
    @property
    def provider(self) -> str: ...
    @property
    def reference(self) -> str: ...


class Taken(Movement, Protocol):
    """To us."""

    @property
    def with_driver(self) -> UUID | None: ...
    @property
    def with_courier(self) -> str: ...


class Credit(Fact, Protocol):
    """Store credit that was given away or taken back; a transfer that became store credit, or did not after all."""

    @property
    def entry_id(self) -> UUID: ...
    @property
    def amount(self) -> Money: ...
    @property
    def reason(self) -> str: ...


class Returned(Movement, Protocol):
    """Back to the customer."""

    @property
    def by_hand(self) -> bool: ...
    @property
    def by_bank(self) -> bool: ...


class ReturnUndone(Movement, Protocol):
    """It is with us again."""

    @property
    def by_bank(self) -> bool: ...


class HandIn(Fact, Protocol):
    """Cash that drivers or couriers gave to a store, or gave and have again."""

    @property
    def hand_in_id(self) -> UUID: ...
    @property
    def store_id(self) -> UUID: ...
    @property
    def carrier(self) -> str: ...
    @property
    def expected(self) -> Money: ...
    @property
    def counted(self) -> Money: ...
    @property
    def into(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def note(self) -> str: ...


class PutAside(Fact, Protocol):
    """A transfer that is nobody's yet, or no more so."""

    @property
    def amount(self) -> Money: ...
    @property
    def reference(self) -> str: ...
    @property
    def order_number(self) -> str: ...
    @property
    def store_id(self) -> UUID | None: ...


class Deposit(Fact, Protocol):
    """Cash that was taken to the bank, or was not after all."""

    @property
    def deposit_id(self) -> UUID: ...
    @property
    def store_id(self) -> UUID: ...
    @property
    def amount(self) -> Money: ...
    @property
    def slip(self) -> str: ...
    @property
    def note(self) -> str: ...


class Arrival(Deposit, Protocol):
    """The bank has booked it, or something else."""

    @property
    def arrived(self) -> Money: ...
    @property
    def reference(self) -> str: ...
    @property
    def reason(self) -> str: ...
