from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "grocery.payments"
    label = "payments"
    verbose_name = "Payments"
