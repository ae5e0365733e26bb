from django.apps import AppConfig


class StorefrontConfig(AppConfig):
    """The customers' web pages."""

    name = "grocery.storefront"
    label = "storefront"
    verbose_name = "Storefront"
