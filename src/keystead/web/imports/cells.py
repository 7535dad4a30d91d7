"""Staged values as people read them: days and amounts in their language, names instead of ids."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from keystead.base.money import Money
from keystead.data.exchange.models import Import
from keystead.data.models import Account, Deal, ImportRow, Member, Order
from keystead.domain.exchange.fields import Field, fields_of
from keystead.domain.exchange.tables import TARGETS
from keystead.domain.exchange.telling import called
from keystead.web.requests import WorkspaceRequest
from keystead.web.templatetags import formats

_CHOICES: dict[tuple[str, str], Any] = {
    ("accounts", "segment_current"): Account._meta.get_field("segment_current"),
    ("accounts", "segment_target"): Account._meta.get_field("segment_target"),
    ("deals", "status"): Deal._meta.get_field("status"),
    ("orders", "kind"): Order._meta.get_field("kind"),
    ("members", "role"): Member._meta.get_field("role"),
}
# Said by another cell of the row, or by its title.
_PERSON = {"name", "full_name", "first_name", "last_name"}
_IN_TITLE = {
    "accounts": {"name"}, "products": {"name"}, "deals": {"name"}, "orders": {"number"}, "members": _PERSON, "contacts": _PERSON,
}  # fmt: skip


def shown_fields(job: Import) -> list[Field]:
    """The fields that the preview lists beside a row's title: those mapped, in their usual order."""
    mapped = set(job.mapping.values())
    hidden = _IN_TITLE.get(job.kind, set()) | {field.currency for field in fields_of(job.kind).values() if field.currency}
    return [field for name, field in fields_of(job.kind).items() if name in mapped and name not in hidden]


def cells(
    job: Import, fields: Iterable[Field], values: Mapping[str, Any], names: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """The values of a row that would be created, one for each field; a record that it names by `names`, as found by its id."""
    found = names or {}
    return [
        {
            "text": found.get(str(values.get(f"{field.name}_id"))) or written(job.kind, field, values.get(field.name), values),
            "is_number": _is_number(field),
            "is_short": field.type == "day" or field.name == "external_id",
        }
        for field in fields
    ]


def changes(job: Import, rows: list[dict[str, Any]], request: WorkspaceRequest) -> None:
    """Writes `old` and `new` of every change as people read them; ids of other records become their names."""
    names = _names(job, rows, request)
    for row in rows:
        for change in row["changes"]:
            field = _field_of(job.kind, change["field"])
            for side in ("old", "new"):
                change[side] = _side(job, field, change, change[side], row["values"], names)


def _side(
    job: Import, field: Field | None, change: Mapping[str, Any], value: Any, values: Mapping[str, Any], names: Mapping[str, str]
) -> str:
    if value is None or value == "":
        return ""
    if change["field"].endswith("_id") and change["field"] != "external_id":
        said = values.get(change["field"].removesuffix("_id"))
        is_new = value == values.get(change["field"])
        return names.get(str(value)) or (str(said) if is_new and said else _("not visible to you"))
    return written(job.kind, field, value, values) if field else str(value)


def _field_of(kind: str, column: str) -> Field | None:
    name = {"list_price_currency": "currency"}.get(column, column)
    return fields_of(kind).get(name) or fields_of(kind).get(name.removesuffix("_id"))


def _names(job: Import, rows: list[dict[str, Any]], request: WorkspaceRequest) -> dict[str, str]:
    """The records that changes speak of, as far as the viewer may see them: one query for each kind of them."""
    wanted: dict[str, set[UUID]] = {}
    for row in rows:
        for change in row["changes"]:
            if change["field"].endswith("_id") and change["field"] != "external_id":
                ids = (change["old"], change["new"])
                wanted.setdefault(change["field"].removesuffix("_id"), set()).update(UUID(str(pk)) for pk in ids if pk)
    names: dict[str, str] = {}
    model: Any = TARGETS[job.kind].model
    for name, asked in wanted.items():
        other: Any = model._meta.get_field(name).related_model
        names |= {str(record.pk): str(record) for record in other.objects.visible_to(request.viewer).filter(pk__in=asked)}
    return names


def referred(job: Import, fields: Iterable[Field], rows: Iterable[Mapping[str, Any]], viewer: Member) -> dict[str, str]:
    """{id: name} of what the rows refer to: rows of the same file, else records that the viewer may see."""
    model: Any = TARGETS[job.kind].model
    names: dict[str, str] = {}
    for field in fields:
        wanted = {UUID(str(pk)) for row in rows if field.to and (pk := row["values"].get(f"{field.name}_id"))}
        if not wanted:
            continue
        other: Any = model._meta.get_field(field.name).related_model
        names |= {str(record.pk): str(record) for record in other.objects.visible_to(viewer).filter(pk__in=wanted)}
        if other is model and (new := [pk for pk in wanted if str(pk) not in names]):
            staged = ImportRow.objects.filter(job=job, target_id__in=new).values_list("target_id", "values")
            names |= {str(pk): called(values or {}) for pk, values in staged}
    return names


def _is_number(field: Field) -> bool:
    return field.type in ("money", "number", "percent", "integer")


def written(kind: str, field: Field, value: Any, values: Mapping[str, Any]) -> str:
    """One value in the active language; "" for none. A value that cannot be read so is shown as it is."""
    if value is None or value == "":
        return ""
    language = get_language() or "en"
    try:
        if field.type == "day":
            return formats.day_in_list(date.fromisoformat(str(value)), language)
        if field.type == "money" and (code := values.get(field.currency)):
            return formats.money(Money(Decimal(str(value)), str(code)), language)
        if field.type == "percent":
            return formats.percent(Decimal(str(value)) / 100, language)
        if _is_number(field):
            return formats.number(Decimal(str(value)), language)
    except (ValueError, InvalidOperation):
        return str(value)
    if field.type == "bool":
        return _("yes") if value else _("no")
    return label_of_choice(kind, field.name, str(value))


def label_of_choice(kind: str, name: str, value: str) -> str:
    """The words for a value of a fixed list; the value itself where there is none."""
    choices = _CHOICES.get((kind, name))
    return str(dict(choices.flatchoices).get(value, value)) if choices is not None else value
