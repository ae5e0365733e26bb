"""Stores that sell."""

from __future__ import annotations

from grocery.catalog.contracts import Store, StoreId
from grocery.catalog.services import stores as _stores


def stores() -> list[Store]:
    """The stores that sell, in the order in which they are offered. Cached."""
    return _stores.stores()


def store(*, store_id: StoreId) -> Store:
    """One store that sells. Raises NotFound."""
    return _stores.store(store_id=store_id)


def default_store() -> Store:
    """The store of someone who has not chosen one: the first. Raises NotFound before there is any."""
    return _stores.default_store()


def save_store(
    *,
    code: str,
    name_en: str,
    name_vi: str,
    zone: str = "Asia/Ho_Chi_Minh",
    address: str = "",
    phone: str = "",
    position: int = 0,
    active: bool = True,
) -> Store:
    """Write a store down under its code, new or changed. `zone` is an IANA name; raises Invalid otherwise."""
    return _stores.save_store(
        code=code,
        name_en=name_en,
        name_vi=name_vi,
        zone=zone,
        address=address,
        phone=phone,
        position=position,
        active=active,
    )
