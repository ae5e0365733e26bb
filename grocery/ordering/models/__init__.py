"""The tables of ordering: carts and orders."""

from grocery.ordering.models.adjustments import OrderAdjustment
from grocery.ordering.models.carts import Cart, CartLine, CartLineQuerySet, CartQuerySet
from grocery.ordering.models.changes import MOTIVES, OrderChange, written, written_move, written_tender
from grocery.ordering.models.columns import inside_a_transaction
from grocery.ordering.models.coupons import CouponCode, CouponTally, CouponTallyQuerySet, CouponUse
from grocery.ordering.models.offers import Offer, OfferChange
from grocery.ordering.models.offers_in_carts import Brought
from grocery.ordering.models.offers_in_carts import read as read_offers
from grocery.ordering.models.orders import (
    METHODS,
    UNITS,
    NextNumber,
    Order,
    OrderLine,
    OrderQuerySet,
    OrderTransition,
    holder_of,
)
from grocery.ordering.models.picking import Crate, OrderPick, Pick, ShortPick, Wave
from grocery.ordering.models.requests import DoneRequest
from grocery.ordering.models.returns import (
    FATES,
    RETURN_REASONS,
    RETURN_STATES,
    OrderReturn,
    OrderReturnLine,
    OrderReturnStep,
)
from grocery.ordering.models.revisions import Revision, kept_plan
from grocery.ordering.models.substitutions import Substitution, SubstitutionQuerySet
from grocery.ordering.models.weighing import WeightQuestion

__all__ = [
    "Brought",
    "Revision",
    "kept_plan",
    "METHODS",
    "MOTIVES",
    "UNITS",
    "Cart",
    "CartLine",
    "CartLineQuerySet",
    "CartQuerySet",
    "CouponCode",
    "CouponTally",
    "CouponTallyQuerySet",
    "CouponUse",
    "Crate",
    "FATES",
    "RETURN_REASONS",
    "RETURN_STATES",
    "OrderReturn",
    "OrderReturnLine",
    "OrderReturnStep",
    "DoneRequest",
    "NextNumber",
    "Offer",
    "OfferChange",
    "Order",
    "OrderAdjustment",
    "OrderChange",
    "OrderLine",
    "OrderPick",
    "Pick",
    "ShortPick",
    "OrderQuerySet",
    "OrderTransition",
    "Wave",
    "Substitution",
    "SubstitutionQuerySet",
    "WeightQuestion",
    "read_offers",
    "holder_of",
    "inside_a_transaction",
    "written",
    "written_move",
    "written_tender",
]
