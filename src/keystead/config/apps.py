from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Start-up, commands, settings."""

    name = "keystead.config"
    label = "config"
