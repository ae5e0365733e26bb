from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "grocery.catalog"
    label = "catalog"
    verbose_name = "Catalog"
