"""Who is asking. An authenticator puts it on the request; an API asks for a role, never for a user table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from grocery.kernel.errors import Forbidden, SignInRequired


@dataclass(frozen=True, slots=True)
class Principal:
    """The one who asks: `id` is None for a guest; `roles` are names; `store_id` limits staff to one store."""

    kind: Literal["guest", "customer", "staff"]
    id: UUID | None = None
    roles: frozenset[str] = field(default_factory=frozenset)
    store_id: UUID | None = None
    language: str = "vi"

    def signed_in(self) -> UUID:
        """My id. Raises SignInRequired for a guest."""
        if self.id is None:
            raise SignInRequired
        return self.id

    def require(self, *roles: str) -> UUID:
        """My id, given that I hold one of `roles`. Raises SignInRequired or Forbidden."""
        me = self.signed_in()
        if self.roles.isdisjoint(roles):
            raise Forbidden
        return me


GUEST = Principal(kind="guest")
