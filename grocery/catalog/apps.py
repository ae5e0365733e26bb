from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    name = "grocery.catalog"
    label = "catalog"
    verbose_name = _("Catalog")

    def ready(self) -> None:
        from grocery.catalog import handlers  # noqa: F401 - subscribes
