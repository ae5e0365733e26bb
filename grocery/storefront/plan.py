"""What a shopper has chosen for this order so far: where to, how to pay. Kept in the session until it is placed."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from django.http import HttpRequest

from grocery.delivery.public import Mode

_KEY: Final = "plan"


@dataclass(frozen=True, slots=True)
class Plan:
    """`address_id` and `pickup_point_id` are texts of ids; empty where nothing is chosen."""

    mode: str = Mode.DELIVERY
    address_id: str = ""
    ward_code: str = ""
    place: str = ""
    pickup_point_id: str = ""
    method: str = "card"
    note: str = ""
    credit: bool = False
    #: The company of the invoice, as it was typed; None: no company.
    company: dict[str, str] | None = None

    @property
    def pickup(self) -> bool:
        return self.mode == Mode.PICKUP

    @property
    def fee_ward(self) -> str | None:
        """The ward that the delivery fee is for; None for a pickup, or while it is not known."""
        return None if self.pickup else self.ward_code or None


def plan_of(request: HttpRequest) -> Plan:
    """The plan in this session, or a new one."""
    kept = request.session.get(_KEY)
    return Plan(**kept) if kept else Plan()


def change_plan(request: HttpRequest, **chosen: Any) -> Plan:
    """Write down what has just been chosen."""
    before = plan_of(request)
    plan = replace(before, **chosen)
    if plan != before:
        request.session[_KEY] = asdict(plan)
    return plan


def forget_plan(request: HttpRequest) -> None:
    """The order is placed; the next one is planned anew, to the same address."""
    plan = plan_of(request)
    request.session[_KEY] = asdict(replace(plan, note="", credit=False, company=None))
