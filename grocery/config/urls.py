"""Every address of the site. Pages carry their language: Vietnamese at `/`, English at `/en/`."""

from __future__ import annotations

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path, re_path

from grocery.config.graphql import graphql
from grocery.config.http_api import api
from grocery.config.views import key_set, picture
from grocery.kernel.views import or_internal_problem, or_problem
from grocery.storefront.views import errors

_PICTURES = re_path(r"^pictures/(?P<name>[0-9a-f]{32}/[0-9]{1,4}\.(?:avif|webp))$", picture)

urlpatterns = [
    path("", include("grocery.kernel.urls")),
    *(
        []
        if settings.PICTURES_URL != "/pictures/"
        else [re_path(r"^pictures/(?P<name>[0-9a-f]{32}/[0-9]{1,4}\.(?:avif|webp))$", picture)]
    ),
    path(".well-known/jwks.json", key_set),
    path("api/v1/", api.urls),
    path("graphql", graphql.urls),
    *i18n_patterns(
        path("admin/", admin.site.urls),
        path("", include("grocery.storefront.urls")),
        prefix_default_language=False,
    ),
]

admin.site.site_header = admin.site.site_title = "Grocery"

handler400 = or_problem(errors.bad_request, status=400, code="bad_request")
handler403 = or_problem(errors.forbidden, status=403, code="forbidden")
handler404 = or_problem(errors.not_found, status=404, code="not_found")
handler500 = or_internal_problem(errors.server_error)
