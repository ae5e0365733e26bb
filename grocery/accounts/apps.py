from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "grocery.accounts"
    label = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        # The last application with tables: by then every permission exists that a role can hold.
        last = [application for application in apps.get_app_configs() if application.models_module][-1]
        post_migrate.connect(_prepare, sender=last, dispatch_uid="accounts.prepare_database")


def _prepare(**_: Any) -> None:
    from grocery.accounts import public

    public.prepare_database()
