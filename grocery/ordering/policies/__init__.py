"""The rules of carts and orders. Pure: no clock, no database."""

from grocery.ordering.policies.baskets import Goods, Offer, PricedBasket, PricedLine
from grocery.ordering.policies.carts import (
    LINES_MOST,
    QUANTITY_MOST,
    SLOT_HELD_FOR,
    capped,
    check_quantity,
    day_for,
    merged,
    tidy_note,
)
from grocery.ordering.policies.edited import Agreed, EditedLine, Parts, Wanted, fee_after, keep_first, price_edited
from grocery.ordering.policies.editing import may_be_edited
from grocery.ordering.policies.motives import MOTIVES_OF, is_the_customers_wish, may_be_given
from grocery.ordering.policies.near_expiry import Reduced, still_reduced
from grocery.ordering.policies.news import Alone, Seen, carried, news
from grocery.ordering.policies.numbers import epoch_letter
from grocery.ordering.policies.offers import fee_adjustment, price_alone, price_basket
from grocery.ordering.policies.packing import check_packed, may_be_asked, packed_amount, tolerance
from grocery.ordering.policies.picking import (
    LETTERS,
    item_state,
    letters_left,
    start_by,
    urgency,
    walked,
)
from grocery.ordering.policies.reducing import check_reduction
from grocery.ordering.policies.reordering import to_have
from grocery.ordering.policies.shrinking import share, shares
from grocery.ordering.policies.states import (
    NEXT,
    kept_until,
    may_be_cancelled,
    may_be_reduced,
    may_be_substituted,
    may_become,
)
from grocery.ordering.policies.substitutes import (
    agreed_price,
    in_steps,
    lower_of_two,
    may_stand_in,
    substitutes,
    up_to_steps,
)
from grocery.ordering.policies.totals import NO_VAT, vat_parts

__all__ = [
    "Agreed",
    "Alone",
    "carried",
    "price_alone",
    "EditedLine",
    "Parts",
    "Wanted",
    "fee_after",
    "keep_first",
    "is_the_customers_wish",
    "may_be_edited",
    "price_edited",
    "Goods",
    "LETTERS",
    "LINES_MOST",
    "MOTIVES_OF",
    "NEXT",
    "NO_VAT",
    "Seen",
    "news",
    "QUANTITY_MOST",
    "Offer",
    "PricedBasket",
    "PricedLine",
    "Reduced",
    "SLOT_HELD_FOR",
    "capped",
    "check_packed",
    "may_be_asked",
    "check_quantity",
    "day_for",
    "check_reduction",
    "epoch_letter",
    "fee_adjustment",
    "item_state",
    "kept_until",
    "letters_left",
    "may_be_cancelled",
    "may_be_given",
    "may_be_reduced",
    "may_be_substituted",
    "may_become",
    "agreed_price",
    "in_steps",
    "lower_of_two",
    "may_stand_in",
    "substitutes",
    "tidy_note",
    "merged",
    "start_by",
    "tolerance",
    "urgency",
    "packed_amount",
    "price_basket",
    "share",
    "shares",
    "to_have",
    "up_to_steps",
    "still_reduced",
    "vat_parts",
    "walked",
]
