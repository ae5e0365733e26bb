from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "grocery.inventory"
    label = "inventory"
    verbose_name = "Inventory"
