from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    name = "grocery.ledger"
    label = "ledger"
    verbose_name = _("Ledger")

    def ready(self) -> None:
        from grocery.ledger import handlers  # noqa: F401 - subscribes
