from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "grocery.kernel"
    label = "kernel"
    verbose_name = "Kernel"
