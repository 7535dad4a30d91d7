from django.apps import AppConfig


class WebConfig(AppConfig):
    """Pages."""

    name = "keystead.web"
    label = "web"

    def ready(self) -> None:
        from keystead.web.workspace import sign_in_events

        sign_in_events.connect()
