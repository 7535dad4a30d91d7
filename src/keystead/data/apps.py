from django.apps import AppConfig


class DataConfig(AppConfig):
    """Every model and migration of Keystead: one app, so that one migration history holds them all."""

    name = "keystead.data"
    label = "keystead"
