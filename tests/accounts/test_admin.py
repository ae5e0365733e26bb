"""What staff see and may change in the admin."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import NoReverseMatch, reverse

from grocery.accounts import public as accounts
from grocery.accounts.contracts import Role
from grocery.accounts.models import RefreshFamily, User
from grocery.kernel.errors import NotFound
from tests.accounts.people import BEN_THANH, NOON, PASSWORD, at_home, mai, nam, staff, statements

pytestmark = pytest.mark.django_db
NEW = "chín con trâu ăn cỏ"


def desk(*roles: Role, **changes: Any) -> Client:
    """The browser of someone of the staff, signed in to the admin in English."""
    member, client = staff(*roles, **changes), Client(headers={"Accept-Language": "en"})
    assert client.login(username=member.email, password=PASSWORD)
    return client


def page(name: str, *arguments: Any) -> str:
    """The address of a page, in English."""
    return "/en" + reverse(f"admin:accounts_{name}", args=arguments).removeprefix("/en")


def visible(client: Client) -> set[str]:
    return {
        name
        for name in ("customer", "staff", "refreshfamily", "province", "ward")
        if client.get(page(f"{name}_changelist")).status_code == 200
    }


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.PICKER, set()),
        (Role.DISPATCHER, set()),
        (Role.BUYER, set()),
        (Role.SUPPORT, {"customer", "staff", "refreshfamily", "province", "ward"}),
        (Role.MANAGER, {"customer", "staff", "refreshfamily", "province", "ward"}),
        (Role.ADMIN, {"customer", "staff", "refreshfamily", "province", "ward"}),
    ],
)
def test_a_role_sees_what_its_work_needs(role: Role, sees: set[str]):
    assert visible(desk(role)) == sees


def test_customers_do_not_enter(client: Client):
    assert client.login(username=mai().email, password=PASSWORD)
    assert client.get(page("customer_changelist")).status_code == 302


def test_support_finds_a_customer_and_corrects_the_phone():
    customer = mai()
    at_home(customer)
    client = desk(Role.SUPPORT)
    assert "mai@example.com" in client.get(page("customer_changelist") + "?q=mai").content.decode()
    shown = client.get(page("customer_change", customer.id)).content.decode()
    assert "12 Lê Lợi" in shown
    answer = client.post(page("customer_change", customer.id), as_typed(phone="0901 234 567"))
    assert (answer.status_code, accounts.profile(customer_id=customer.id).phone) == (302, "+84901234567")


def as_typed(**changes: str) -> dict[str, str]:
    fields = {"name": "Nguyễn Thị Mai", "phone": "", "language": "vi", "is_active": "on"} | changes
    return fields | {f"addresses-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL")}


def test_what_support_mistypes_is_explained():
    customer = mai()
    answer = desk(Role.SUPPORT).post(page("customer_change", customer.id), as_typed(phone="02838123456", name=" "))
    assert answer.status_code == 200
    assert "This is not a mobile phone number." in answer.content.decode()
    assert accounts.profile(customer_id=customer.id) == customer


def test_support_closes_an_account():
    customer = mai()
    fields = as_typed()
    del fields["is_active"]
    desk(Role.SUPPORT).post(page("customer_change", customer.id), fields)
    with pytest.raises(accounts.WrongCredentials):
        accounts.check_credentials(email=customer.email, password=PASSWORD)


@pytest.mark.parametrize("name", ["customer_add", "customer_delete", "staff_delete", "refreshfamily_add", "ward_add"])
def test_nobody_adds_or_deletes_here(name: str):
    client = desk(is_superuser=True)
    customer = mai()
    arguments = [customer.id] if name.endswith("delete") else []
    assert client.get(page(name, *arguments)).status_code in {302, 403}
    assert accounts.profile(customer_id=customer.id) == customer


def new_picker(**changes: Any) -> dict[str, Any]:
    return {
        "email": "An@Shop.example",
        "name": "Lê An",
        "phone": "0912345678",
        "language": "en",
        "roles": ["picker"],
        "store_id": "",
        "is_active": "on",
        "new_password": NEW,
    } | changes


def test_a_manager_takes_on_a_picker():
    answer = desk(Role.MANAGER).post(page("staff_add"), new_picker())
    assert answer.status_code == 302
    picker = accounts.check_credentials(email="an@shop.example", password=NEW)
    assert (picker.name, picker.phone, picker.language, picker.roles) == (
        "Lê An",
        "+84912345678",
        "en",
        frozenset({Role.PICKER}),
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"roles": ["manager"]}, "Select a valid choice"),
        ({"roles": []}, "This field is required."),
        ({"new_password": ""}, "A new member of staff needs a password."),
        ({"new_password": "short"}, "This password is too short."),
        ({"email": "mai@EXAMPLE.com"}, "User with this E-mail already exists."),
        ({"email": "nonsense"}, "Enter a valid email address."),
    ],
    ids=str,
)
def test_what_a_manager_may_not_or_mistypes_is_explained(change: dict[str, Any], said: str):
    mai()
    answer = desk(Role.MANAGER).post(page("staff_add"), new_picker(**change))
    assert (answer.status_code, said in answer.content.decode()) == (200, True)
    with pytest.raises(accounts.WrongCredentials):
        accounts.check_credentials(email="an@shop.example", password=NEW)


def test_a_manager_changes_roles_and_password_of_a_picker():
    picker = staff(Role.PICKER)
    tokens = accounts.issue_tokens(customer_id=picker.id, now=NOON)
    fields = new_picker(roles=["support", "buyer"])
    assert desk(Role.MANAGER).post(page("staff_change", picker.id), fields).status_code == 302
    changed = accounts.check_credentials(email=picker.email, password=NEW)
    assert changed.roles == {Role.SUPPORT, Role.BUYER}
    with pytest.raises(accounts.RefreshRefused):
        accounts.refresh(refresh_token=tokens.refresh_token, now=NOON)


def test_the_password_stays_when_the_field_is_left_empty():
    picker = staff(Role.PICKER)
    assert desk(Role.MANAGER).post(page("staff_change", picker.id), new_picker(new_password="")).status_code == 302
    assert accounts.check_credentials(email=picker.email, password=PASSWORD).name == "Lê An"


@pytest.mark.parametrize("height", [Role.MANAGER, Role.ADMIN])
def test_a_manager_only_looks_at_those_as_high(height: Role):
    client = desk(Role.MANAGER)
    other = staff(height, email="other@shop.example")
    assert client.get(page("staff_change", other.id)).status_code == 200
    assert client.post(page("staff_change", other.id), new_picker()).status_code == 403
    assert accounts.profile(customer_id=other.id) == other


def test_an_administrator_takes_on_a_manager():
    assert desk(is_superuser=True).post(page("staff_add"), new_picker(roles=["manager"])).status_code == 302
    assert accounts.check_credentials(email="an@shop.example", password=NEW).roles == {Role.MANAGER}


@pytest.mark.parametrize("model", ["customer", "refreshfamily"])
def test_support_signs_a_customer_out_everywhere(model: str):
    customer, other = mai(), nam()
    tokens = [accounts.issue_tokens(customer_id=who.id, now=NOON) for who in (customer, other)]
    client = desk(Role.SUPPORT)
    row = customer.id if model == "customer" else RefreshFamily.objects.get(user_id=customer.id).pk
    answer = client.post(
        page(f"{model}_changelist"), {"action": "end_sessions", "_selected_action": [str(row)]}, follow=True
    )
    assert "1 person has been signed out." in answer.content.decode()
    with pytest.raises(accounts.RefreshRefused):
        accounts.refresh(refresh_token=tokens[0].refresh_token, now=NOON)
    assert accounts.refresh(refresh_token=tokens[1].refresh_token, now=NOON)


@pytest.mark.parametrize("model", ["customer", "refreshfamily", "staff"])
def test_a_list_takes_as_many_statements_for_one_as_for_three(model: str):
    client, counted = desk(is_superuser=True), []
    for number in range(3):
        customer = mai(email=f"mai{number}@example.com")
        at_home(customer, ward_code=BEN_THANH)
        accounts.issue_tokens(customer_id=customer.id, now=NOON)
        staff(Role.PICKER, email=f"picker{number}@shop.example")
        with statements() as said:
            assert client.get(page(f"{model}_changelist")).status_code == 200
        counted.append(len(said))
    assert counted == [counted[0]] * 3


def test_wards_are_searched_without_marks():
    shown = desk(Role.SUPPORT).get(page("ward_changelist") + "?q=Bến thanh").content.decode()
    assert "Phường Bến Thành" in shown
    assert "Phường Ba Đình" not in shown


def test_nothing_secret_is_shown():
    customer = mai()
    accounts.issue_tokens(customer_id=customer.id, now=NOON)
    client, family = desk(is_superuser=True), RefreshFamily.objects.get()
    shown = client.get(page("refreshfamily_change", family.pk)).content.decode()
    shown += client.get(page("customer_change", customer.id)).content.decode()
    user = User.objects.get(pk=customer.id)
    assert [secret in shown for secret in (family.digest, family.fingerprint, user.password)] == [False] * 3


def test_groups_are_not_edited_by_hand():
    assert Group.objects.filter(name=Role.PICKER).exists()
    with pytest.raises(NoReverseMatch):
        reverse("admin:auth_group_changelist")


def test_a_made_up_id_is_not_found():
    client = desk(Role.MANAGER)
    assert client.get(page("customer_change", "nobody")).status_code == 302
    with pytest.raises(NotFound):
        accounts.profile(customer_id=accounts.CustomerId(RefreshFamily().id))
