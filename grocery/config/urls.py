"""Every address of the site. Pages carry their language: Vietnamese at `/`, English at `/en/`."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import path

from grocery.config.http_api import api
from grocery.config.views import key_set

urlpatterns = [
    path(".well-known/jwks.json", key_set),
    path("api/v1/", api.urls),
    *i18n_patterns(
        path("admin/", admin.site.urls),
        prefix_default_language=False,
    ),
]
