"""Where we deliver, and where customers fetch."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grocery.accounts import public as accounts
from grocery.delivery import public as delivery
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from tests.delivery.conftest import BEN_THANH, TAN_DINH

pytestmark = pytest.mark.usefixtures("places")
STORE, OTHER_STORE = new_id(), new_id()


def save(name: str, wards: Collection[str], *, fee: int = 15_000, store: UUID = STORE) -> UUID:
    return delivery.save_zone(store_id=store, name_en=name, name_vi=name, fee=dong(fee), ward_codes=wards)


def fee_in(ward: str, store: UUID = STORE) -> int:
    return delivery.zone_of(store_id=store, ward_code=ward).fee.minor


def test_the_wards_of_a_zone_pay_its_fee():
    save("Centre", [BEN_THANH, TAN_DINH])
    assert [fee_in(ward) for ward in (BEN_THANH, TAN_DINH)] == [15_000, 15_000]


def test_saving_a_zone_again_changes_it():
    assert save("Centre", [BEN_THANH]) == save("Centre", [BEN_THANH], fee=20_000)
    assert fee_in(BEN_THANH) == 20_000


def test_a_ward_moves_to_the_zone_that_names_it_last():
    save("Centre", [BEN_THANH, TAN_DINH])
    save("North", [TAN_DINH], fee=25_000)
    assert [fee_in(ward) for ward in (BEN_THANH, TAN_DINH)] == [15_000, 25_000]


def test_each_store_has_its_own_zones():
    save("Centre", [BEN_THANH])
    save("Centre", [BEN_THANH], fee=99_000, store=OTHER_STORE)
    assert (fee_in(BEN_THANH), fee_in(BEN_THANH, OTHER_STORE)) == (15_000, 99_000)


def test_a_ward_that_is_left_out_is_no_longer_served():
    save("Centre", [BEN_THANH, TAN_DINH])
    save("Centre", [BEN_THANH])
    with pytest.raises(delivery.OutsideDeliveryArea):
        fee_in(TAN_DINH)


def test_a_ward_that_does_not_exist_is_refused():
    with pytest.raises(Invalid) as refused:
        save("Centre", [BEN_THANH, "99999"])
    assert (refused.value.field, refused.value.text("vi")) == ("ward_codes", "Không có phường, xã 99999.")


def test_an_unknown_ward_is_outside_like_any_other():
    with pytest.raises(delivery.OutsideDeliveryArea, match="We do not deliver to nowhere yet"):
        fee_in("nowhere")


def test_a_whole_city_is_checked_in_a_few_statements():
    city = [ward.code for ward in accounts.wards(province_code="79")]
    with CaptureQueriesContext(connection) as statements:
        save("City", city)
    assert (len(city) > 100, len([s for s in statements if "SAVEPOINT" not in s["sql"]])) == (True, 8)


def test_an_unknown_zone_cannot_be_changed_or_deleted():
    with pytest.raises(NotFound):
        delivery.save_zone(zone_id=new_id(), store_id=STORE, name_en="X", name_vi="X", fee=dong(0), ward_codes=[])
    with pytest.raises(NotFound):
        delivery.delete_zone(zone_id=new_id())


def test_pickup_points_are_saved_by_name_and_listed_by_store():
    for address in ("1 Lê Lợi", "2 Lê Lợi"):
        delivery.save_pickup_point(store_id=STORE, name_en="Counter", name_vi="Quầy", address=address)
    delivery.save_pickup_point(store_id=OTHER_STORE, name_en="Elsewhere", name_vi="Nơi khác", address="X")
    assert [point.address for point in delivery.pickup_points(store_id=STORE)] == ["2 Lê Lợi"]
    assert len(delivery.pickup_points()) == 2
