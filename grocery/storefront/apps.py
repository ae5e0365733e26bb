from django.apps import AppConfig


class StorefrontConfig(AppConfig):
    name = "grocery.storefront"
    label = "storefront"
    verbose_name = "Storefront"
