"""Cards that a provider keeps for a customer, in the words of others."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SavedCard:
    """A card that its owner had kept, as far as we know it. `token`: the provider's name for it, with which its
    owner's browser pays; of use to nobody else. `expired`: not to be chosen any more."""

    id: UUID
    token: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    expired: bool
