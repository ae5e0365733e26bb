"""At checkout the shelf has less than the cart: what the customer chose for that case is done in the same breath."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.kernel.money import dong
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering import models, policies
from grocery.ordering.contracts import (
    Proposal,
    SubstitutesProposed,
    SubstitutionChoice,
    SubstitutionReason,
    SubstitutionState,
)
from grocery.ordering.policies import near_expiry
from grocery.ordering.services import candidates, near, replacing, substituting
from grocery.ordering.services.baskets import Basket, BasketLine
from grocery.ordering.services.candidates import Found, Missing

#: What the customer said about SKUs that are short: another SKU, or None for leaving it out.
type Answers = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Step:
    """So much of a line does not come; `found` comes instead, None: nothing. `asked`: they said so just now."""

    sku: str
    missing: Quantity
    found: Found | None
    asked: bool


def plan(
    short: inventory.OutOfStock, cart: models.Cart, basket: Basket, answers: Answers, *, day: date, now: datetime
) -> list[Step]:
    """What to do about each SKU that is short. Raises SubstitutesProposed where the customer has to say.

    Raises `short` itself where nothing can be done: no substitute is wanted, none is there, or nothing would be left.
    """
    steps: list[Step] = []
    proposals: list[Proposal] = []
    taken: set[str] = {line.product.sku for line in basket.lines}
    for line in basket.lines:
        lacking = short.shortages.get(line.product.sku)
        if not lacking:
            continue
        if _nothing_instead(line, basket.choice, answers):
            raise short
        missing = policies.up_to_steps(lacking, line.product.step)
        found = _found(line, missing, cart, taken, day=day, now=now)
        step = _step(line, missing, found, basket.choice, answers, short)
        if step is None:
            proposals.append(Proposal(line.product.sku, missing, tuple(one.candidate for one in found)))
            continue
        steps.append(step)
        taken |= {step.found.product.sku} if step.found else set()
    if proposals:
        raise SubstitutesProposed(proposals)
    if all(_left(line, steps) <= 0 for line in basket.lines) and not any(step.found for step in steps):
        raise short
    return steps


def demands(basket: Basket, steps: Sequence[Step]) -> list[inventory.Demand]:
    """What the store has to put aside instead: less of what is short, and what stands in."""
    kept = [
        inventory.Demand(
            line.product.sku,
            _left(line, steps),
            line.product.min_freshness_days,
            near_expiry.capped(near.by_percent(line.reduced), _left(line, steps)),
        )
        for line in basket.lines
        if _left(line, steps) > 0
    ]
    instead = [
        inventory.Demand(step.found.product.sku, step.found.candidate.quantity, step.found.product.min_freshness_days)
        for step in steps
        if step.found
    ]
    return [*kept, *instead]


def put_into_effect(order: models.Order, steps: Sequence[Step], *, now: datetime) -> None:
    """Let the lines of the order that has just been written be what is reserved; its total never rises by that."""
    customer = Principal(kind="customer", id=order.customer_id)
    for step in steps:
        if step.found is None:
            replacing.leave_out(order, step.sku, step.missing, by=customer, now=now, kept=True)
            continue
        _lines, line = replacing.lines_of(order, step.sku)
        row = substituting.write(
            order,
            line,
            step.missing,
            step.found,
            SubstitutionReason.CHECKOUT,
            SubstitutionState.ACCEPTED if step.asked else SubstitutionState.CHOSEN,
            by=customer,
            now=now,
        )
        replacing.replace(order, row, by=customer, now=now, kept=True)


def _nothing_instead(line: BasketLine, whole_cart: str, answers: Answers) -> bool:
    """Whether the customer wants no substitute, so that none has to be looked for."""
    choice = SubstitutionChoice(line.row.substitution or whole_cart)
    return choice is SubstitutionChoice.NONE and line.product.sku not in answers


def _step(
    line: BasketLine,
    missing: Quantity,
    found: Sequence[Found],
    whole_cart: str,
    answers: Answers,
    short: inventory.OutOfStock,
) -> Step | None:
    """What is done about one line; None: the customer has to say. Raises `short`."""
    sku = line.product.sku
    if sku in answers:
        wanted = answers[sku]
        chosen = next((one for one in found if one.product.sku == wanted), None)
        return None if wanted and chosen is None else Step(sku, missing, chosen, asked=True)
    if not found:
        raise short
    choice = SubstitutionChoice(line.row.substitution or whole_cart)
    return None if choice is SubstitutionChoice.ASK else Step(sku, missing, found[0], asked=False)


def _found(
    line: BasketLine, missing: Quantity, cart: models.Cart, without: set[str], *, day: date, now: datetime
) -> list[Found]:
    """What may stand in, and is neither in the order nor stands in for something else already."""
    freed = dong(int(line.priced.amount.minor * missing // line.quantity))
    wanted = Missing(line.product.sku, missing, freed, line.row.substitute_sku)
    store = catalog.StoreId(cart.store_id)
    return candidates.find(wanted, store_id=store, day=day, now=now, without=without)


def _left(line: BasketLine, steps: Sequence[Step]) -> Quantity:
    missing = next((step.missing for step in steps if step.sku == line.product.sku), ZERO)
    return Quantity(line.quantity - missing)
