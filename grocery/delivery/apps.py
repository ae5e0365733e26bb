from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "grocery.delivery"
    label = "delivery"
    verbose_name = "Delivery"
