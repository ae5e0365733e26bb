"""The transactional outbox: `publish` a fact in the transaction that makes it true, `on` hears it later.

Inside our database a fact takes effect exactly once per subscriber; outside it is at least once, with the
event's id as idempotency key. Facts of one stream reach a subscriber in order.
"""

from grocery.kernel.outbox.publishing import insert_and_publish, publish, together
from grocery.kernel.outbox.subscribers import on

__all__ = ["insert_and_publish", "on", "publish", "together"]
