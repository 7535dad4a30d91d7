"""Two people, one record: what each of them changed is put together; where both changed a field, the form asks.

Nothing that was typed is lost: it stays in its field, and is kept unless the other value is chosen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from django.http import QueryDict
from django.utils.formats import localize, localize_input
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keystead.domain.undoing.since import Since, since

if TYPE_CHECKING:
    from keystead.web.workspace.writing import RecordForm


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that somebody else changed meanwhile, in words. `choice` is the name under which the form is told who wins."""

    name: str
    label: str
    base: str
    mine: str
    theirs: str
    by: str
    at: datetime | None
    choice: str


def take_theirs(form: "RecordForm") -> Any:
    """The data as sent, with the other's value where it was chosen: it stands in the field's hidden initial value."""
    wanted = [name for name in form.fields if form.data.get(_choice(form, name)) == "theirs"]
    if not wanted:
        return form.data
    assert isinstance(form.data, QueryDict)
    data = form.data.copy()
    for name in wanted:
        data[form.add_prefix(name)] = data.get(form.add_initial_prefix(name), "")
    return data


def merge(form: "RecordForm", current: Model) -> bool:
    """Takes over what only the other one changed. True: the verb may run again; False: there is something to decide."""
    assert isinstance(form.data, QueryDict)
    data, told = form.data.copy(), since(current, form.seen_version or 0)
    base = _values(form, told.base)
    found: list[Conflict] = []
    for name, theirs in form.values_of(current).items():
        if name not in form.fields or form.fields[name].disabled:
            continue
        field, bound = form.fields[name], form[name]
        raw = form.data.get(bound.html_initial_name)
        seen, mine = _python(field, raw) if raw is not None else base.get(name), form.cleaned_data.get(name)
        if _same(theirs, seen):
            continue
        data[bound.html_initial_name] = _text(field, theirs)
        conflict = _conflict(form, name, told, (base.get(name, seen), mine, theirs))
        if _same(mine, seen):
            data[bound.html_name] = _text(field, theirs)
            form.merged.append(conflict)
        elif not _same(mine, theirs):
            found.append(conflict)
    data["version"] = str(current.version)  # type: ignore[attr-defined]
    form.data = data
    if found:
        _ask(form, found)
        return False
    assert form.record is not None
    form.record.refresh_from_db()
    form.full_clean()
    return form.is_valid()


def _ask(form: "RecordForm", found: list[Conflict]) -> None:
    form.conflicts = found
    for conflict in found:
        message = gettext_lazy("Somebody has changed this to “%(value)s” meanwhile. Save again to keep yours.")
        form.add_error(conflict.name, forms.ValidationError(message, code="changed", params={"value": conflict.theirs}))
    message = gettext_lazy(
        "Somebody else has saved this meanwhile. Their changes are in the form now: look at it and save again."
    )
    form.add_error(None, forms.ValidationError(message, code="stale"))


def stale_error() -> forms.ValidationError:
    message = gettext_lazy(
        "Somebody else has saved this meanwhile. Their changes are in the form now: look at it and save again."
    )
    return forms.ValidationError(message, code="stale")


def gone_error() -> forms.ValidationError:
    message = gettext_lazy("Somebody has deleted this meanwhile. What you typed stands here still, so that you can copy it.")
    return forms.ValidationError(message, code="gone")


def merged_sentence(merged: Iterable[Conflict]) -> str:
    """Beside what was saved, what others had changed."""
    changes = [_("%(field)s by %(by)s") % {"field": each.label, "by": each.by or _("somebody")} for each in merged]
    return _("Changed meanwhile and kept: %(changes)s.") % {"changes": get_text_list(changes, _("and"))}


def _values(form: "RecordForm", base: Model | None) -> Mapping[str, Any]:
    """As the form shows the record that was seen; nothing when something it refers to is gone."""
    try:
        return form.values_of(base) if base is not None else {}
    except ObjectDoesNotExist:
        return {}


def _conflict(form: "RecordForm", name: str, told: Since, values: tuple[Any, Any, Any]) -> Conflict:
    """`values`: base, mine, theirs."""
    later = told.later.get(name) or told.later.get(f"{name}_id")
    base, mine, theirs = (_shown(form.fields[name], value) for value in values)
    by, at = (later.by, later.at) if later else ("", None)
    return Conflict(name, str(form[name].label), base, mine, theirs, by, at, _choice(form, name))


def _choice(form: "RecordForm", name: str) -> str:
    return f"keep-{form.add_prefix(name)}"


def _python(field: forms.Field, raw: Any) -> Any:
    try:
        return field.clean(raw)  # rather than to_python: a choice may be a number
    except forms.ValidationError:
        return raw


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) or (one in (None, "") and other in (None, ""))


def _text(field: forms.Field, value: Any) -> str:
    prepared = field.prepare_value(value)
    return "" if prepared is None else str(localize_input(prepared) if field.localize else prepared)


def _shown(field: forms.Field, value: Any) -> str:
    """A value in words: of a choice its label, of a truth yes or no, of nothing nothing."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        return str(dict(list(field.choices)).get(value, value))  # type: ignore[arg-type]
    if isinstance(value, Decimal):
        value = value.normalize() if value % 1 else value.quantize(Decimal(1))  # without the zeros of the column's width
    return str(localize(value)) if isinstance(value, Decimal | int | date) else str(value)
