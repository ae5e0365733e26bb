from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "grocery.notifications"
    label = "notifications"
    verbose_name = "Notifications"
