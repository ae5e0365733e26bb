"""Every address of the site. Pages carry their language: Vietnamese at `/`, English at `/en/`."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from grocery.config.http_api import api
from grocery.config.views import key_set

handler400 = "grocery.kernel.views.bad_request"
handler403 = "grocery.kernel.views.forbidden"
handler404 = "grocery.kernel.views.not_found"
handler500 = "grocery.kernel.views.server_error"

urlpatterns = [
    path("", include("grocery.kernel.urls")),
    path(".well-known/jwks.json", key_set),
    path("api/v1/", api.urls),
    *i18n_patterns(
        path("admin/", admin.site.urls),
        path("", include("grocery.storefront.urls")),
        prefix_default_language=False,
    ),
]

handler400 = "grocery.storefront.views.errors.bad_request"
handler403 = "grocery.storefront.views.errors.forbidden"
handler404 = "grocery.storefront.views.errors.not_found"
handler500 = "grocery.storefront.views.errors.server_error"
