from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "grocery.accounts"
    label = "accounts"
    verbose_name = "Accounts"
