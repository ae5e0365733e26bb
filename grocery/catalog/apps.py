from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    name = "grocery.catalog"
    label = "catalog"
    verbose_name = _("Catalog")

    def ready(self) -> None:
        from grocery.catalog import handlers  # noqa: F401 - subscribes

        post_migrate.connect(_prepare, sender=self, dispatch_uid="catalog.prepare_database")


def _prepare(**_signal: Any) -> None:
    from grocery.catalog import public

    public.prepare_database()
