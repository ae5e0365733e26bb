"""Every answer says what it may load; the policy of the settings is put together once."""

from __future__ import annotations

from typing import Any

import pytest
from csp.constants import NONCE, SELF
from csp.decorators import csp_exempt, csp_update
from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from grocery.kernel.content_security import ContentSecurityPolicy

HEADER, REPORT_ONLY = "Content-Security-Policy", "Content-Security-Policy-Report-Only"


def plain(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def with_nonce(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.csp_nonce))  # type: ignore[attr-defined]  # django-csp puts it there


def with_its_own(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(headers={HEADER: "default-src 'none'"})


VIEWS = {
    "plain": plain,
    "own": with_its_own,
    "updated": csp_update({"script-src": ["https://js.example"]})(plain),
    "exempt": csp_exempt()(plain),
}


def answered(middleware: type[CSPMiddleware], view: Any, path: str = "/") -> Any:
    return middleware(view)(RequestFactory().get(path))


def policies(middleware: type[CSPMiddleware], view: object) -> dict[str, set[str]]:
    """The two headers, each as its directives, which stand in no order."""
    answer = answered(middleware, view)
    return {name: set(answer[name].split("; ")) for name in (HEADER, REPORT_ONLY) if name in answer}


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_an_answer_carries_the_policy_that_django_csp_would_give_it(view: object) -> None:
    assert policies(ContentSecurityPolicy, view) == policies(CSPMiddleware, view)


def test_a_policy_that_only_reports_goes_beside_it(settings: Any) -> None:
    settings.CONTENT_SECURITY_POLICY_REPORT_ONLY = {"DIRECTIVES": {"img-src": [SELF]}}
    assert policies(ContentSecurityPolicy, plain)[REPORT_ONLY] == {"default-src 'self'", "img-src 'self'"}


def test_a_nonce_is_in_the_policy_of_its_own_answer_only(settings: Any) -> None:
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {"script-src": [SELF, NONCE]}}
    answer = answered(ContentSecurityPolicy, with_nonce)
    assert f"'nonce-{answer.content.decode()}'" in answer[HEADER]
    assert "nonce" not in answered(ContentSecurityPolicy, plain)[HEADER]


def test_the_shop_uses_it(settings: Any) -> None:
    assert "grocery.kernel.content_security.ContentSecurityPolicy" in settings.MIDDLEWARE
