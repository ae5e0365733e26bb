from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from grocery.kernel import error_tracking


class KernelConfig(AppConfig):
    name = "grocery.kernel"
    label = "kernel"
    verbose_name = _("Facts and deliveries")

    def ready(self) -> None:
        error_tracking.start(settings.SENTRY_DSN)
