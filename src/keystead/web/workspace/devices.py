"""A browser's long name in two words, for people who look at where they are signed in."""

from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

# The first that stands in the name wins: Edge says that it is Chrome, and Chrome that it is Safari.
_BROWSERS = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"), ("curl", "curl"), ("python", "Python"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def device(agent: str) -> Any:
    """ "Firefox on Windows"; the browser alone when it does not tell its system; "unknown device" when it tells nothing."""
    browser = next((word for sign, word in _BROWSERS if sign in agent), "")
    system = next((word for sign, word in _SYSTEMS if sign in agent), "")
    if browser and system:
        return format_lazy(_("{browser} on {system}"), browser=browser, system=system)
    return browser or system or _("unknown device")
