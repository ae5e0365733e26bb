from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InventoryConfig(AppConfig):
    name = "grocery.inventory"
    label = "inventory"
    verbose_name = _("Inventory")

    def ready(self) -> None:
        from grocery.inventory import handlers  # noqa: F401 - subscribes
