"""What is being tried out is on for whom it is meant."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from waffle.testutils import override_flag, override_switch

from grocery.kernel import flags

pytestmark = pytest.mark.django_db


def test_what_nobody_has_made_is_off():
    assert flags.is_on("nothing") is False


def test_a_switch_is_for_everybody():
    with override_switch("new-search", active=True):
        assert flags.is_on("new-search") is True


@pytest.mark.parametrize("everyone", [True, False])
def test_a_flag_is_for_whoever_asks(everyone: bool):
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    with override_flag("new-checkout", active=everyone):
        assert flags.is_on("new-checkout", request=request) is everyone
