"""What an edit makes of an order's prices. How they come about is stated in `test_edited_prices`; here they are taken
over, within the bounds that every edit keeps."""

from __future__ import annotations

from grocery.ordering import models
from grocery.ordering import public as ordering
from tests.ordering.history.orders import Bought


def take_over(bought: Bought, *, only_more: bool) -> None:
    """Let the order cost what the shop says. `bought` has the goods already, priced line by line without offers.

    Who only wants more never pays more for what was agreed: at most today's list prices for the rest.
    """
    shown = ordering.order(order_id=bought.id)
    if only_more:
        assert shown.subtotal.minor - shown.discount.minor <= sum(line.net for line in bought.lines.values())
        assert shown.fee.minor <= bought.fee
    for line in shown.lines:
        mine = bought.lines[line.sku]
        assert line.quantity == mine.quantity
        mine.price, mine.whole, mine.net = line.price.minor, line.list_amount.minor, line.amount.minor
    bought.fee, bought.fee_discount = shown.fee.minor, shown.fee_discount.minor
    bought.codes = frozenset(models.CouponUse.objects.still_used(bought.id))
