"""After a test that committed, the database is as migrated: what was filled is empty, what was prepared is back."""

from __future__ import annotations

from datetime import date

import pytest

from grocery.catalog.models import Store, VatGroup, VatRate
from tests import emptying
from tests.shop import Shop


def _rates() -> set[tuple[object, ...]]:
    return set(VatRate.objects.values_list("pk", "group_id", "starts_on", "rate"))


@pytest.mark.django_db(transaction=True)
def test_what_was_filled_is_empty_and_what_was_prepared_is_back_ids_and_all():
    before = _rates()
    Shop()
    VatRate.objects.filter(group_id="fresh").delete()
    VatRate.objects.create(group_id="reduced", starts_on=date(2030, 1, 1), rate=9)
    emptying.begin_anew()
    assert (Store.objects.exists(), _rates()) == (False, before)


@pytest.mark.django_db(transaction=True, available_apps=["grocery.kernel", "grocery.catalog"])
def test_a_test_that_names_its_apps_brings_back_theirs():
    before = set(VatGroup.objects.values_list("pk", flat=True))
    VatRate.objects.all().delete()
    VatGroup.objects.all().delete()
    emptying.begin_anew()
    assert set(VatGroup.objects.values_list("pk", flat=True)) == before != set()
