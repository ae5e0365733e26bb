from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "grocery.notifications"
    label = "notifications"
    verbose_name = "Notifications"

    def ready(self) -> None:
        from grocery.notifications import handlers  # noqa: F401 - imported to subscribe
