"""Delivery as staff see it: where, when, how full, what is on the road. What changes, changes through the face."""

from grocery.delivery.admin import deliveries, places, slots

__all__ = ["deliveries", "places", "slots"]
