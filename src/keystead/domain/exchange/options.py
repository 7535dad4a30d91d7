"""What a person or a client may ask of an import: checked before anything is read."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from django.utils.translation import gettext_lazy as _

from keystead.base.money import known_currencies
from keystead.domain.exchange.fields import fields_of
from keystead.domain.exchange.keys import MOST_KEYS, key_fields
from keystead.domain.exchange.parsing.days import date_order
from keystead.domain.exchange.parsing.numbers import NumberFormat
from keystead.domain.exchange.problems.codes import BadValue
from keystead.domain.writing import FieldError, Invalid

OPTIONS = frozenset(
    "mapping values match mode locale date_format number_format formats sheet header_row currency unknown adopt without".split()
)

_LOWEST_ROW = 2**31 - 1  # no file is as long


def check_options(kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of an import, or `Invalid` with one error for each that is not understood.

    `match` may be a list of fields as well, which is one key.
    """
    match = options.get("match")
    if isinstance(match, list) and match and _is_key(match):
        options = {**options, "match": [match]}
    errors = [FieldError(name, "unknown_option", _("There is no such option.")) for name in options if name not in OPTIONS]
    errors.extend(
        FieldError(name, "bad_option", _("This option has another shape."))
        for name, is_such in _SHAPES.items()
        if options.get(name) is not None and not is_such(options[name])
    )
    if errors:
        raise Invalid(errors)
    errors = [*_field_errors(kind, options), *_choice_errors(options), *_format_errors(options)]
    if errors:
        raise Invalid(errors)
    errors = [  # last, when nothing is deeper than it should be
        FieldError(name, "invalid_text", _("The text holds characters that cannot be stored."))
        for name, value in options.items()
        if _holds_nul(value)
    ]
    if errors:
        raise Invalid(errors)
    return {name: value for name, value in options.items() if value not in (None, "")}


def _field_errors(kind: str, options: Mapping[str, Any]) -> list[FieldError]:
    errors = []
    fields = fields_of(kind)
    for header, name in (options.get("mapping") or {}).items():
        if name and name not in fields:
            errors.append(FieldError("mapping", "unknown_field", _("“%(field)s” is no field.") % {"field": f"{header}: {name}"}))
    return [*errors, *_match_errors(kind, options.get("match") or [])]


def _match_errors(kind: str, keys: list[Any]) -> list[FieldError]:
    """Keys are lists of fields by which records can be found, each field once."""
    if len(keys) > MOST_KEYS or not all(map(_is_key, keys)):
        return [FieldError("match", "bad_option", _("This option has another shape."))]
    known = key_fields(kind)
    wrong = [name for key in keys for name in key if name not in known]
    return [FieldError("match", "unknown_field", _("“%(field)s” is no field.") % {"field": name}) for name in wrong]


def _holds_nul(value: Any) -> bool:
    """Whether a text in it holds the one character that PostgreSQL does not store."""
    if isinstance(value, Mapping):
        return any(_holds_nul(item) for pair in value.items() for item in pair)
    return "\0" in value if isinstance(value, str) else isinstance(value, list) and any(map(_holds_nul, value))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_texts(texts: Any) -> bool:
    return isinstance(texts, list) and all(map(_is_text, texts))


def _is_object(value: Any, of: Callable[[Any], bool]) -> bool:
    return isinstance(value, dict) and all(map(of, value.values()))


def _is_key(key: Any) -> bool:
    return _is_texts(key) and bool(key) and len(set(key)) == len(key)


_SHAPES: dict[str, Callable[[Any], bool]] = {
    "mapping": lambda value: _is_object(value, lambda field: field is None or _is_text(field)),
    "values": lambda value: _is_object(value, lambda pairs: _is_object(pairs, _is_text)),
    "without": lambda value: _is_object(value, _is_texts),
    "formats": lambda value: isinstance(value, dict),
    "unknown": lambda value: isinstance(value, dict),
    "match": lambda value: isinstance(value, list),
    "adopt": lambda value: isinstance(value, bool),
    "header_row": lambda value: isinstance(value, int) and 0 <= value <= _LOWEST_ROW,
} | dict.fromkeys(("mode", "locale", "date_format", "number_format", "sheet", "currency"), _is_text)


def _choice_errors(options: Mapping[str, Any]) -> list[FieldError]:
    errors = []
    if options.get("mode", "both") not in ("create", "update", "both", None):
        errors.append(FieldError("mode", "bad_choice", _("The mode is create, update or both.")))
    if options.get("currency") and options["currency"] not in known_currencies():
        errors.append(FieldError("currency", "unknown_currency", _("This is not a currency code (ISO 4217).")))
    for name, decision in (options.get("unknown") or {}).items():
        if decision not in ("reject", "create", "empty"):
            errors.append(FieldError("unknown", "bad_choice", _("%(field)s: reject, create or empty.") % {"field": name}))
    return errors


def _format_errors(options: Mapping[str, Any]) -> list[FieldError]:
    errors = []
    for name, read in (("date_format", date_order), ("number_format", NumberFormat.of)):
        if options.get(name):
            try:
                read(options[name])
            except BadValue:
                errors.append(FieldError(name, "bad_option", _("This format is not understood.")))
    if not all(map(_is_format, (options.get("formats") or {}).values())):
        errors.append(FieldError("formats", "bad_option", _("This format is not understood.")))
    return errors


def _is_format(text: Any) -> bool:
    """Whether it says how days or how numbers are written."""
    for read in (date_order, NumberFormat.of):
        with suppress(BadValue):
            return isinstance(text, str) and bool(read(text))
    return False
