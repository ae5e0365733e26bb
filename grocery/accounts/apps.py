from typing import Any

from django.apps import AppConfig, apps
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "grocery.accounts"
    label = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        # The last application with tables: by then every permission exists that a role can hold.
        last = [application for application in apps.get_app_configs() if application.models_module][-1]
        checks.register(_check_keys, checks.Tags.security, deploy=True)
        post_migrate.connect(_prepare, sender=last, dispatch_uid="accounts.prepare_database")


def _prepare(**_signal: Any) -> None:
    from grocery.accounts import public

    public.prepare_database()


def _check_keys(**_deployment: Any) -> list[checks.CheckMessage]:
    from grocery.accounts import public

    try:
        public.key_set()
    except ImproperlyConfigured as error:
        return [checks.Error(str(error), id="accounts.E001")]
    return []
