from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrderingConfig(AppConfig):
    name = "grocery.ordering"
    label = "ordering"
    verbose_name = _("Ordering")

    def ready(self) -> None:
        from grocery.ordering import handlers  # noqa: F401 - subscribes
