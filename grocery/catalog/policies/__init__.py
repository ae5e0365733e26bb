"""The rules of the catalogue, without I/O."""

#: A product is "near its date" when it is best before within so many days of the store's today.
EXPIRES_SOON_DAYS = 3
#: How many of the last days count as popular now.
POPULAR_DAYS = 7
#: One order in the last seven days weighs as much as this much of the popularity that staff gave.
ORDER_WEIGHT = 10
