"""The fields of a grid's filters, and the words of those that are set."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from keystead.domain.grid.columns import Column, Kind, Reader
from keystead.web.grid.drawing import words_of
from keystead.web.grid.state import State
from keystead.web.plans.words import language
from keystead.web.templatetags import formats

MANY = 8  # more choices than this stand in a list, fewer beside one another


def filters(state: State, reader: Reader) -> list[dict[str, Any]]:
    """Each column that can be filtered: its fields with what they hold, its words when it is set, and the way without it."""
    return [_filter(column, state, reader) for column in _filtered(state)]


def set_filters(state: State, reader: Reader) -> list[dict[str, Any]]:
    """Those that are set."""
    asked = state.asked.filters
    return [_filter(column, state, reader) for column in _filtered(state) if any(asked.get(name) for name in names_of(column))]


def names_of(column: Column) -> tuple[str, ...]:
    """The words of an address that filter by this column: its values, the ends of a range, whether it is empty."""
    return (column.id, *(f"{column.id}.{part}" for part in ("from", "to", "empty")))


def _filtered(state: State) -> list[Column]:
    searched = state.grid.first if state.grid.columns[state.grid.first].kind is Kind.TEXT else ""  # the search box does it
    return [column for column in state.grid.columns.values() if column.can_filter and column.id != searched]


def _filter(column: Column, state: State, reader: Reader) -> dict[str, Any]:
    asked = state.asked
    names = names_of(column)
    values = {name: asked.filters.get(name, ()) for name in names}
    choices = _choices(column, reader)
    known = dict(choices) | _named(column, values[column.id], state, reader)
    return {
        "id": column.id, "label": column.name, "names": names, "choices": choices, "kind": _kind(column, choices),
        "value": values[column.id], "from": asked.one(names[1]), "to": asked.one(names[2]), "empty": asked.one(names[3]),
        "input": "date" if column.kind is Kind.DAY else "number", "can_be_empty": not column.is_never_empty and not choices,
        "is_set": any(values.values()), "clear": state.without(*names), "words": _words(column, values, known),
        "is_percent": column.kind is Kind.RATIO,
    }  # fmt: skip


def _named(column: Column, values: tuple[str, ...], state: State, reader: Reader) -> dict[str, str]:
    """The names of records that a link has put there by their keys, as far as the reader may see them."""
    if column.kind is not Kind.REFERENCE or not values:
        return {}
    try:
        wanted = [UUID(value) for value in values]
    except ValueError:
        return {"none": _("none")}
    model: Any = state.grid.model._meta.get_field(column.id).related_model
    return {str(record.pk): str(record) for record in model.objects.visible_to(reader.viewer).filter(pk__in=wanted)}


def _kind(column: Column, choices: list[tuple[str, str]]) -> str:
    if column.kind.is_range:
        return "range"
    if not choices:
        return "text"
    return "choice" if len(choices) > MANY else "choices"


def _choices(column: Column, reader: Reader) -> list[tuple[str, str]]:
    if column.kind is Kind.YES_NO:
        return [("1", _("yes")), ("0", _("no"))]
    if column.choices is None:
        return []
    made = list(words_of(column, reader).items())
    if column.kind is Kind.PERSON:
        return [("me", _("me")), ("nobody", _("nobody")), *made]
    if column.id == "unlinked":
        return [("any", _("in no plan, for any reason")), *made]
    return made if column.is_never_empty else [*made, ("none", _("none"))]


def _words(column: Column, values: dict[str, tuple[str, ...]], choices: dict[str, str]) -> str:
    """ "Open, Won", "from 10 to 20", "empty"."""
    chosen, least, most, empty = values.values()
    said = [", ".join(choices.get(value, value) for value in chosen)] if chosen else []
    said += [_("from %(value)s") % {"value": range_end(column.kind, least[0])}] if least else []
    said += [_("to %(value)s") % {"value": range_end(column.kind, most[0])}] if most else []
    said += [_("empty") if empty[0] == "1" else _("not empty")] if empty else []
    return " ".join(said)


def range_end(kind: Kind, typed: str) -> str:
    """One end of a range as the reader writes it; what is no number or day stays as it was typed."""
    try:
        if kind is Kind.DAY:
            return formats.day(date.fromisoformat(typed), language())
        value = Decimal(typed)
    except (ValueError, InvalidOperation):
        return typed
    if not value.is_finite() or abs(value.adjusted()) > 20:
        return typed
    if kind is Kind.RATIO:
        return formats.percent(value.scaleb(-2), language(), 0 if value == value.to_integral() else 1)
    return formats.number(value, language())
