"""The rules of the catalogue, without I/O."""

#: A product is "near its date" when it is best before within so many days of the store's today.
EXPIRES_SOON_DAYS = 3
#: How many of the last days count as popular now.
POPULAR_DAYS = 7
#: One order in the last seven days weighs as much as this much of the popularity that staff gave.
ORDER_WEIGHT = 10
#: Where the bands of prices begin that lists can be narrowed to, đồng: a note, two, five of each size.
PRICE_BOUNDS = (20_000, 50_000, 100_000, 200_000, 500_000)
