"""The dictionary of search as it is kept: the house's groups, what staff change, and who follows."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from grocery.catalog.contracts.terms import Terms
from grocery.catalog.gateways import house_terms
from grocery.catalog.models import TermChange, TermGroup
from grocery.catalog.policies.terms import meanings
from grocery.catalog.services import terms
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.ids import new_id
from tests.catalog.conftest import NOON

GREENS = Terms(vi=("rau lạ lùng",), en=("wonder leaf",))


def found(typed: str) -> list[str]:
    return [term.text for one in meanings(typed, terms.dictionary()) for term in one.alternatives]


def house(key: str) -> TermGroup:
    return TermGroup.objects.get(key=key)


def save(group: TermGroup | None, new: Terms, *, active: bool = True, by: UUID | None = None) -> UUID:
    return terms.save(group_id=group.id if group else None, terms=new, active=active, by=by, now=NOON)


# --- the house's own ------------------------------------------------------------------------------------------------
def test_a_migrated_database_has_the_dictionary(db: None):
    assert TermGroup.objects.count() == len(house_terms.read_house_terms())
    assert "súp lơ xanh" in found("broccoli")


def test_preparing_again_changes_nothing(db: None):
    before = TermGroup.objects.edition()
    terms.prepare()
    assert TermGroup.objects.edition() == before


def test_a_release_adds_changes_and_drops_groups_and_leaves_what_staff_touched(
    db: None, monkeypatch: pytest.MonkeyPatch
):
    touched, changed, gone = house("heo"), house("thịt heo"), house("thịt bò")
    save(touched, Terms(vi=("heo", "lợn", "con ỉn")))
    new = Terms(vi=("mới",), en=("brand new",))
    release = house_terms.read_house_terms() | {
        "heo": Terms(vi=("heo", "lợn"), en=("swine",)),
        "thịt heo": Terms(vi=("thịt heo", "thịt lợn"), en=("pig meat",)),
        "mới": new,
    }
    del release["thịt bò"]
    monkeypatch.setattr(terms, "read_house_terms", lambda: release)
    terms.prepare()
    assert house("heo").terms == Terms(vi=("heo", "lợn", "con ỉn"))
    assert house("thịt heo").terms.en == ("pig meat",)
    assert TermGroup.objects.get(id=changed.id).edition != changed.edition
    assert not TermGroup.objects.filter(id=gone.id).exists()
    assert found("brand new") == ["mới"]


def test_a_group_that_staff_switched_off_stays_off(db: None):
    save(house("thịt heo"), house("thịt heo").terms, active=False)
    terms.prepare()
    assert "thịt lợn" not in found("thịt heo")


# --- what staff write -----------------------------------------------------------------------------------------------
def test_a_new_group_is_followed_at_once(db: None):
    assert found("wonder leaf") == []
    save(None, GREENS)
    assert found("wonder leaf") == ["rau lạ lùng"]


def test_a_group_that_is_switched_off_is_not_followed(db: None):
    group = TermGroup.objects.get(id=save(None, GREENS))
    save(group, GREENS, active=False)
    assert found("wonder leaf") == []


def test_terms_are_kept_as_written_in_lower_case(db: None):
    group = TermGroup.objects.get(id=save(None, Terms(vi=("  Rau   LẠ lùng ",), typed=("Hoà Tan",))))
    assert group.terms == Terms(vi=("rau lạ lùng",), typed=("hoà tan",))


def test_who_changed_what_and_when_is_remembered(db: None):
    buyer = new_id()
    group = TermGroup.objects.get(id=save(None, GREENS, by=buyer))
    save(group, GREENS)  # nothing changes
    save(group, GREENS, active=False, by=buyer)
    assert list(TermChange.objects.order_by("id").values_list("old", "new", "by", "at")) == [
        ("", "rau lạ lùng = wonder leaf", buyer, NOON),
        ("rau lạ lùng = wonder leaf", "(rau lạ lùng = wonder leaf)", buyer, NOON),
    ]


def test_the_database_refuses_to_rewrite_what_was_changed(db: None):
    save(None, GREENS)
    with pytest.raises(IntegrityError), transaction.atomic():
        TermChange.objects.update(new="nothing")


def test_what_is_no_group_is_not_kept(db: None):
    with pytest.raises(Invalid):
        save(None, Terms(vi=("heo",)))
    with pytest.raises(NotFound):
        terms.save(group_id=new_id(), terms=GREENS, active=True, by=None, now=NOON)


@pytest.mark.parametrize(
    "vi", [["heo"], ["x"] * 13, ["one two three four five six", "heo"], ["a,b", "heo"], ["", "a"]]
)
def test_the_database_refuses_what_is_no_group(db: None, vi: list[str]):
    with pytest.raises(IntegrityError), transaction.atomic():
        TermGroup.objects.create(vi=vi)


def test_a_term_that_another_group_has_is_said(db: None):
    group = save(None, Terms(vi=("heo", "rau lạ lùng")))
    (other,) = terms.elsewhere(terms=Terms(vi=("heo", "rau lạ lùng")), group_id=group)
    assert (other.text, other.group_id) == ("heo", house("heo").id)


# --- who follows ----------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_a_process_reads_the_dictionary_once_and_again_after_a_change(
    django_assert_num_queries: DjangoAssertNumQueries,
):
    terms.dictionary()
    with django_assert_num_queries(0):
        terms.dictionary()
    save(None, GREENS)
    with django_assert_num_queries(1):
        assert found("wonder leaf") == ["rau lạ lùng"]


def test_where_nothing_is_cached_the_database_says_whether_there_was_a_change(
    db: None, django_assert_num_queries: DjangoAssertNumQueries
):
    terms.dictionary()
    with django_assert_num_queries(1):
        terms.dictionary()


def test_a_group_is_found_by_part_of_a_term_without_marks(db: None):
    found = TermGroup.objects.saying("mia lau nhap")
    assert (list(found), house("heo") in TermGroup.objects.saying("LỢN")) == ([], True)
    assert house("heo") in TermGroup.objects.saying("lon")
