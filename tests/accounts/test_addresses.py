"""A customer's addresses: one default, twenty at most, nobody else's."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from grocery.accounts import public as accounts
from grocery.accounts.models import Address, User
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.ids import new_id
from tests.accounts.people import BEN_THANH, HA_NOI, HO_CHI_MINH_CITY, SAI_GON, at_home, mai, nam, statements

pytestmark = pytest.mark.django_db


def defaults(customer: accounts.Profile) -> list[bool]:
    return [address.is_default for address in accounts.addresses(customer_id=customer.id)]


def test_an_address_reads_as_people_write_it():
    customer = mai()
    saved = at_home(customer, street=" 12 Le\u0302 Lo\u031b\u0323i ", note="Gọi trước\r\nkhi giao")
    assert saved == accounts.Address(
        id=saved.id,
        recipient="Nguyễn Thị Mai",
        phone="+84901234567",
        province_code="79",
        province="Thành phố Hồ Chí Minh",
        ward_code="26743",
        ward="Phường Bến Thành",
        street="12 Lê Lợi",
        note="Gọi trước\nkhi giao",
        is_default=True,
        province_en="Ho Chi Minh City",
        ward_en="Ben Thanh Ward",
    )
    assert accounts.addresses(customer_id=customer.id) == [saved]
    assert accounts.address(customer_id=customer.id, address_id=saved.id) == saved


def test_the_first_address_is_the_default_and_the_second_is_not():
    customer = mai()
    first, second = at_home(customer), at_home(customer, street="2 Hai Bà Trưng")
    assert (first.is_default, second.is_default) == (True, False)


def test_a_new_default_relieves_the_old_one():
    customer = mai()
    at_home(customer)
    second = at_home(customer, street="2 Hai Bà Trưng", is_default=True)
    assert accounts.addresses(customer_id=customer.id)[0].id == second.id
    assert defaults(customer) == [True, False]


def test_the_default_cannot_be_laid_down_only_passed_on():
    customer = mai()
    first, second = at_home(customer), at_home(customer)
    at_home(customer, address_id=first.id, is_default=False)
    assert defaults(customer) == [True, False]
    at_home(customer, address_id=second.id, is_default=True)
    assert accounts.addresses(customer_id=customer.id)[0].id == second.id
    assert defaults(customer) == [True, False]


def test_without_the_default_the_newest_takes_its_place():
    customer = mai()
    first, _second, third = at_home(customer), at_home(customer), at_home(customer)
    accounts.delete_address(customer_id=customer.id, address_id=first.id)
    assert accounts.addresses(customer_id=customer.id)[0].id == third.id
    assert defaults(customer) == [True, False]


def test_the_last_address_can_go_too():
    customer = mai()
    accounts.delete_address(customer_id=customer.id, address_id=at_home(customer).id)
    assert accounts.addresses(customer_id=customer.id) == []


def test_an_address_is_replaced_as_a_whole():
    customer = mai()
    before = at_home(customer, note="Gọi trước")
    after = at_home(customer, address_id=before.id, ward_code=SAI_GON, street="1 Công xã Paris")
    assert (after.id, after.ward, after.street, after.note) == (before.id, "Phường Sài Gòn", "1 Công xã Paris", "")
    assert accounts.addresses(customer_id=customer.id) == [after]


def test_anothers_address_does_not_exist():
    hers, him = at_home(mai()), nam()
    for trespass in (
        lambda: accounts.address(customer_id=him.id, address_id=hers.id),
        lambda: at_home(him, address_id=hers.id, street="elsewhere"),
        lambda: accounts.delete_address(customer_id=him.id, address_id=hers.id),
    ):
        with pytest.raises(NotFound):
            trespass()
    assert accounts.addresses(customer_id=him.id) == []
    assert Address.objects.get().street == "12 Lê Lợi"


def test_nobody_has_no_addresses():
    nobody = accounts.CustomerId(new_id())
    assert accounts.addresses(customer_id=nobody) == []
    with pytest.raises(NotFound):
        accounts.delete_address(customer_id=nobody, address_id=new_id())


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("province_code", HA_NOI, "ward_code"),
        ("province_code", "", "ward_code"),
        ("ward_code", "99999", "ward_code"),
        ("phone", "02838123456", "phone"),
        ("recipient", " ", "recipient"),
        ("street", "12\nLê Lợi", "street"),
        ("note", "x" * 501, "note"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(field: str, value: str, named: str):
    customer = mai()
    with pytest.raises(Invalid) as refused:
        at_home(customer, **{field: value})
    assert refused.value.field == named
    assert accounts.addresses(customer_id=customer.id) == []


def test_the_twenty_first_address_is_refused():
    customer = mai()
    kept = [at_home(customer) for _ in range(accounts.ADDRESS_LIMIT)]
    with pytest.raises(accounts.AddressBookFull) as refused:
        at_home(customer)
    assert refused.value.extra() == {"limit": 20}
    assert at_home(customer, address_id=kept[7].id, street="still replaceable").street == "still replaceable"


@pytest.mark.parametrize("count", [1, 3])
def test_reading_addresses_takes_one_statement_however_many(count: int):
    customer = mai()
    for _ in range(count):
        at_home(customer)
    with statements() as said:
        accounts.addresses(customer_id=customer.id)
    assert len(said) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_saving_an_address_takes_five_statements_at_most_however_many_there_are(count: int):
    customer = mai()
    for _ in range(count):
        at_home(customer)
    with statements() as said:
        at_home(customer, is_default=True)
    assert len(said) == 5


@pytest.mark.django_db(transaction=True)
def test_addresses_added_at_once_keep_to_the_limit_and_to_one_default():
    customer, together, outcomes = mai(), Barrier(6), []
    for _ in range(accounts.ADDRESS_LIMIT - 3):
        at_home(customer)

    def add() -> None:
        together.wait()
        try:
            at_home(customer, is_default=True)
            outcomes.append("added")
        except accounts.AddressBookFull:
            outcomes.append("full")
        finally:
            connection.close()

    threads = [Thread(target=add) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["added"] * 3 + ["full"] * 3
    assert defaults(customer) == [True] + [False] * 19


def test_the_database_keeps_to_one_default():
    customer = mai()
    at_home(customer)
    at_home(customer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Address.objects.update(is_default=True)


@pytest.mark.parametrize("wrong", [{"phone": ""}, {"recipient": ""}, {"street": ""}, {"ward_id": "00000"}])
def test_the_database_refuses_what_slips_past_the_code(wrong: dict[str, Any]):
    customer = mai()
    at_home(customer)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # foreign keys, too, not only at the end
    with pytest.raises(IntegrityError), transaction.atomic():
        Address.objects.update(**wrong)


def test_locking_a_customer_needs_a_transaction():
    customer = mai()
    said = User.objects.known_as(customer.id)
    assert said.locked().get().pk == customer.id  # every test runs in one


def test_old_addresses_outlive_their_ward():
    from grocery.accounts.models import Ward

    customer = mai()
    at_home(customer)
    Ward.objects.filter(pk=BEN_THANH).update(is_active=False)
    assert accounts.addresses(customer_id=customer.id)[0].ward == "Phường Bến Thành"
    assert accounts.ward(ward_code=BEN_THANH).name == "Phường Bến Thành"
    with pytest.raises(Invalid):
        at_home(customer)
    assert BEN_THANH not in {ward.code for ward in accounts.wards(province_code=HO_CHI_MINH_CITY)}
