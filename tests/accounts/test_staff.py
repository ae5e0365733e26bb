"""Staff: roles, who may give them, and what they open."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission

from grocery.accounts import public as accounts
from grocery.accounts.contracts import Role
from grocery.accounts.models import User
from grocery.accounts.services.permissions import sync_role_permissions
from grocery.kernel.errors import Forbidden, Invalid, NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.principal import Principal
from tests.accounts.people import NOON, mai, staff, statements

pytestmark = pytest.mark.django_db


def user(profile: accounts.Profile) -> User:
    return User.objects.get(pk=profile.id)


def someone(*roles: Role) -> Principal:
    return Principal(kind="staff", id=new_id(), roles=frozenset(roles))


def test_staff_have_roles_and_a_store():
    store = new_id()
    picker = staff(Role.PICKER, Role.DISPATCHER, store_id=store)
    assert (picker.roles, picker.store_id) == (frozenset({Role.PICKER, Role.DISPATCHER}), store)
    assert user(picker).is_staff


def test_staff_without_a_role_are_refused():
    with pytest.raises(Invalid) as refused:
        staff(email="none@shop.example")
    assert refused.value.field == "roles"


@pytest.mark.parametrize(
    ("by", "given", "allowed"),
    [
        (Role.MANAGER, Role.PICKER, True),
        (Role.MANAGER, Role.BUYER, True),
        (Role.MANAGER, Role.MANAGER, False),
        (Role.MANAGER, Role.ADMIN, False),
        (Role.ADMIN, Role.ADMIN, True),
        (Role.SUPPORT, Role.PICKER, False),
    ],
)
def test_nobody_gives_a_role_as_high_as_their_own(by: Role, given: Role, allowed: bool):
    try:
        staff(given, by=someone(by))
    except Forbidden:
        assert (allowed, User.objects.count()) == (False, 0)
    else:
        assert allowed


def test_a_manager_makes_no_superuser():
    with pytest.raises(Forbidden):
        staff(Role.PICKER, is_superuser=True, by=someone(Role.MANAGER))


def test_a_manager_does_not_touch_other_managers():
    other = staff(Role.MANAGER)
    manager = someone(Role.MANAGER)
    with pytest.raises(Forbidden):
        accounts.update_staff(user_id=other.id, roles=[Role.PICKER], store_id=None, by=manager)
    with pytest.raises(Forbidden):
        accounts.set_active(user_id=other.id, active=False, by=manager, now=NOON)
    assert accounts.profile(customer_id=other.id) == other


def test_a_customer_does_not_become_staff_by_an_update():
    with pytest.raises(NotFound):
        accounts.update_staff(user_id=mai().id, roles=[Role.ADMIN], store_id=None)


def test_staff_keep_at_least_one_role():
    with pytest.raises(Invalid):
        accounts.update_staff(user_id=staff(Role.PICKER).id, roles=[], store_id=None)


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        (
            Role.PICKER,
            {"ordering.change_order", "inventory.view_lot"},
            {"accounts.view_customer", "payments.view_payment"},
        ),
        (Role.SUPPORT, {"accounts.change_customer", "accounts.change_refreshfamily"}, {"accounts.change_staff"}),
        (Role.BUYER, {"catalog.change_product"}, {"accounts.view_customer"}),
        (Role.MANAGER, {"accounts.change_staff", "kernel.view_outboxevent"}, {"auth.change_group"}),
        (Role.ADMIN, {"auth.change_group", "kernel.change_outboxevent"}, set()),
    ],
)
def test_a_role_opens_what_its_work_needs(role: Role, may: set[str], may_not: set[str]):
    existing = {f"{p.content_type.app_label}.{p.codename}" for p in Permission.objects.select_related("content_type")}
    granted = user(staff(role)).get_all_permissions()
    assert (may & existing) - granted == set()
    assert may_not & granted == set()


def test_a_role_taken_away_closes_at_the_next_request():
    picker = staff(Role.SUPPORT)
    assert user(picker).has_perm("accounts.view_customer")
    accounts.update_staff(user_id=picker.id, roles=[Role.PICKER], store_id=None)
    assert not user(picker).has_perm("accounts.view_customer")


def test_customers_may_nothing():
    assert user(mai()).get_all_permissions() == set()


def test_the_permissions_of_roles_are_restored_at_each_migration():
    before = set(Group.permissions.through.objects.values_list("group__name", "permission_id"))
    group = Group.objects.get(name=Role.PICKER)
    group.permissions.set(Permission.objects.filter(codename="delete_user"))
    sync_role_permissions()
    assert set(Group.permissions.through.objects.values_list("group__name", "permission_id")) == before


def test_syncing_again_writes_nothing():
    with statements() as said:
        sync_role_permissions()
    assert {sql.split()[0] for sql in said} == {"SELECT"}


@pytest.mark.parametrize("made", [{"is_staff": True}, {"is_staff": False}, {}])
def test_djangos_own_createsuperuser_makes_an_administrator(made: dict[str, Any]):
    root = User.objects.create_superuser("Root@Example.com", "a long password", **made)
    assert (root.email, root.name, root.is_staff, root.all_roles) == (
        "root@example.com",
        "root",
        True,
        frozenset({Role.ADMIN}),
    )


def test_somebody_without_roles_is_no_staff():
    assert not User.objects.create_user("mai@example.com", is_staff=True).is_staff
