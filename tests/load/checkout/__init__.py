"""`make bench-checkout`: what placing an order costs, and whether the last unit is sold once."""
