"""The Content-Security-Policy of every answer."""

from __future__ import annotations

from typing import Any

from csp.constants import HEADER, HEADER_REPORT_ONLY
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class ContentSecurityPolicy(CSPMiddleware):
    """django-csp's, but the policy of the settings is put together once and not for each answer.

    An answer whose view asks for another policy, or whose template used a nonce, is left to django-csp.
    """

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        policies = {HEADER: build_policy(), HEADER_REPORT_ONLY: build_policy(report_only=True)}
        self._usual = {header: policy for header, policy in policies.items() if policy}

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if hasattr(request, "_csp_nonce") or any(name.startswith("_csp_") for name in vars(response)):
            return super().process_response(request, response)
        for header, policy in self._usual.items():
            response.headers.setdefault(header, policy)
        return response
