from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    name = "grocery.payments"
    label = "payments"
    verbose_name = _("Payments")

    def ready(self) -> None:
        from grocery.payments import handlers  # noqa: F401 - subscribes
        from grocery.payments.gateways.registry import check_routes

        check_routes()
