"""Text that PostgreSQL and JSON can both hold."""

from typing import Any

from django.utils.translation import gettext as _

from keystead.api.wire.problems import refused_one


def clean_text(value: Any, pointer: str) -> str:
    """The text without surrounding space. Raises `Problem`: not_text, invalid_text (NUL or half a surrogate pair)."""
    if not isinstance(value, str):
        raise refused_one(pointer, "not_text", _("A text is expected here."))
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise refused_one(pointer, "invalid_text", _("The text holds characters that cannot be stored."))
    return value.strip()
