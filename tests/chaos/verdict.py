"""What must be true of a shop after any storm, said as a list of what is not."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from uuid import UUID

from django.db import connection

from grocery.inventory import public as inventory
from grocery.inventory.models import FeedDebt, Movement
from grocery.kernel import clock
from grocery.kernel.models import InboxEntry
from grocery.ordering import public as ordering
from grocery.ordering.models import Order, OrderLine, OrderTransition
from tests.chaos.shopping import Wish
from tests.inventory.test_hot_items import undealt

_ENDED = {ordering.OrderState.PACKED.value, ordering.OrderState.CANCELLED.value}


def faults(*, store: UUID, received: Mapping[str, int], wishes: Iterable[Wish]) -> list[str]:
    """Everything that is wrong once all is settled; best nothing."""
    return [
        *_not_once(wishes),
        *_unsettled(),
        *_miscounted(received),
        *(f"books: {one.sku} {one.what} {one.recorded}, should be {one.proven}" for one in inventory.check_stock()),
        *(f"hot: lot {lot} has {amount} nowhere" for lot, amount in undealt().items()),
        *(
            f"feed: {one.feed} {one.true.sku} {one.what}"
            for one in inventory.check_feed(locations=[store], now=clock.now())
        ),
    ]


def deadlocks() -> int:
    """How often PostgreSQL had to end a circle of waiters in this database, ever."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def _not_once(wishes: Iterable[Wish]) -> Iterator[str]:
    """Every wish that was told of an order has one of its own, of what it wanted; and there are no others."""
    orders: dict[str, dict[str, int]] = {str(order): {} for order in Order.objects.values_list("id", flat=True)}
    for order, sku, quantity in OrderLine.objects.values_list("order_id", "sku", "quantity"):
        orders[str(order)][sku] = int(quantity)
    placed = [(wish.order, wish.basket) for wish in wishes if wish.order]
    told = Counter(order for order, _basket in placed)
    yield from (f"order {order} was told to {times} wishes" for order, times in told.items() if times > 1)
    yield from (f"order {order} nobody was told of" for order in orders.keys() - told.keys())
    yield from (f"order {order} is of something else" for order, basket in placed if orders.get(order) != basket)


def _unsettled() -> Iterator[str]:
    owed = Counter(InboxEntry.objects.owed().values_list("subscriber", flat=True))
    yield from (f"outbox: {times} owed to {subscriber}" for subscriber, times in owed.items())
    if debts := FeedDebt.objects.count():
        yield f"feed: {debts} documents owed"
    states = Counter(Order.objects.exclude(state__in=_ENDED).values_list("state", flat=True))
    yield from (f"orders: {count} still {state}" for state, count in states.items())


def _miscounted(received: Mapping[str, int]) -> Iterator[str]:
    """Sold is what the packed orders hold, the rest is on the shelf, and nobody holds any of it."""
    packed = OrderLine.objects.filter(order__state=ordering.OrderState.PACKED)
    ordered: defaultdict[str, Decimal] = defaultdict(Decimal)
    for sku, quantity in packed.values_list("sku", "packed"):
        ordered[sku] += quantity
    for sku, units in received.items():
        sold = -sum(part.quantity for part in Movement.objects.filter(kind="sold", lot__stock_item__sku=sku))
        [level] = inventory.stock(sku=sku, now=clock.now())
        if sold + level.on_hand != units:
            yield f"{sku}: {units} came, {sold} sold and {level.on_hand} left"
        if sold != ordered[sku]:
            yield f"{sku}: {sold} sold, {ordered[sku]} in packed orders"
        if level.reserved or level.available != level.on_hand:
            yield f"{sku}: {level.reserved} reserved, {level.available} free of {level.on_hand}, for nobody"


def endings() -> Counter[str]:
    """How orders ended: packed, or why they were cancelled."""
    cancelled = OrderTransition.objects.filter(to_state="cancelled")
    reasons = [
        reason if reason in set(ordering.CancelReason) else ordering.CancelReason.CUSTOMER.value
        for reason in cancelled.values_list("reason", flat=True)
    ]
    return Counter(reasons) + Counter(packed=Order.objects.filter(state="packed").count())
