from django.apps import AppConfig


class AssemblyConfig(AppConfig):
    """What knows everybody: settings, addresses, the demo."""

    name = "grocery.config"
    label = "config"
