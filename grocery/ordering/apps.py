from django.apps import AppConfig


class OrderingConfig(AppConfig):
    name = "grocery.ordering"
    label = "ordering"
    verbose_name = "Ordering"
