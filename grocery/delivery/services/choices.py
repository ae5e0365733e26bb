"""What staff may choose from when they set delivery up."""

from __future__ import annotations

from uuid import UUID

from grocery.accounts import public as accounts
from grocery.catalog import public as catalog


def store_names(*, language: str) -> dict[UUID, str]:
    """The stores that sell, by id."""
    return {store.id: store.name_vi if language == "vi" else store.name_en for store in catalog.stores()}


def ward_names(*, language: str) -> dict[str, dict[str, str]]:
    """Every ward by code, grouped under the name of its province."""
    vietnamese = language == "vi"
    return {
        (province.name if vietnamese else province.name_en): {
            ward.code: ward.name if vietnamese else ward.name_en
            for ward in accounts.wards(province_code=province.code)
        }
        for province in accounts.provinces()
    }
