from django.apps import AppConfig


class WebConfig(AppConfig):
    """Pages."""

    name = "keystead.web"
    label = "web"
