"""Keystead's template tags and filters: numbers and days by the active language, and the small drawn pieces.

Every filter answers a missing value (None, "") with an em dash that has an accessible name, as markup: give an
attribute its own default first. The library is a built-in of the template engine, so no page loads it.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django import template
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from . import formats, lanes, pieces, quick
from .forecast import forecast_parts

register = template.Library()

THEME_COOKIE = "keystead_theme"
THEMES = {"light": "keystead", "dark": "keystead-dark"}


def _filter(name: str, write: Callable[..., str]) -> None:
    """Register `write(value, language[, argument])` as a filter that knows the language and the missing value."""

    def apply(value: Any, argument: Any = None) -> str:
        if value is None or value == "":
            return pieces.none()
        language = get_language() or "en"
        return write(value, language) if argument is None else write(value, language, argument)

    register.filter(name, apply)


def _signed_money(value: Any, language: str, unit: str = "full") -> str:
    if unit == "full":
        return formats.money(value, language, always_sign=True)
    return formats.money_compact(value, language, unit, always_sign=True)


def _local_day(value: date) -> date:
    return timezone.localtime(value).date() if isinstance(value, datetime) and timezone.is_aware(value) else value


def _moment(value: datetime, language: str) -> str:
    return formats.moment(timezone.localtime(value) if timezone.is_aware(value) else value, language)


_filter("money", formats.money)
_filter("money_compact", formats.money_compact)
_filter("signed_money", _signed_money)
_filter("number", formats.number)
_filter("percent", formats.percent)
_filter("points", formats.points)
_filter("ratio", formats.ratio)
_filter("rate", formats.rate)
_filter("day", lambda value, language: formats.day(_local_day(value), language))
_filter("day_in_list", lambda value, language: formats.day_in_list(_local_day(value), language))
_filter("day_short", lambda value, language: formats.day_short(_local_day(value), language))
_filter("moment", _moment)
_filter("or_dash", lambda value, _language: value)


@register.filter
def initials(name: str | None) -> str:
    return formats.initials(name or "")


@register.simple_tag
def period(start: date | None, end: date | None) -> str:
    """ "1 Jan – 31 Dec 2026"."""
    if start is None or end is None:
        return pieces.none()
    return formats.period(start, end, get_language() or "en")


@register.simple_tag(takes_context=True)
def theme_attribute(context: template.Context) -> SafeString:
    """The chosen theme for <html>; nothing while the member follows the system."""
    theme = THEMES.get(_theme(context))
    return format_html(' data-theme="{}"', theme) if theme else mark_safe("")


@register.simple_tag(takes_context=True)
def chosen_theme(context: template.Context) -> str:
    """light, dark or system."""
    chosen = _theme(context)
    return chosen if chosen in THEMES else "system"


def _theme(context: template.Context) -> str:
    request: HttpRequest | None = context.get("request")
    return request.COOKIES.get(THEME_COOKIE, "") if request else ""


register.simple_tag(pieces.icon, name="icon")
register.simple_tag(pieces.sprite, name="sprite")
register.simple_tag(quick.options, name="options")
register.simple_tag(pieces.address, name="address")
register.simple_tag(pieces.chip, name="chip")
register.simple_tag(pieces.avatar, name="avatar")
register.simple_tag(pieces.segment, name="segment")
register.simple_tag(pieces.bar, name="bar")
register.simple_tag(pieces.progress, name="progress")
register.simple_tag(pieces.ring, name="ring")
register.simple_tag(forecast_parts)
register.simple_tag(lanes.lane_parts)
