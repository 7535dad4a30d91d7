"""From a form to a verb: what the domain refuses stands beside its field, and a lost update is shown field by field."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import Model
from django.http import QueryDict
from django.utils.formats import localize_input
from django.utils.translation import gettext_lazy as _

from keystead.domain.writing import Invalid, Stale


class RecordForm(forms.Form):
    """A form over one record. It carries the version that the person saw, and beside each field the value that she saw."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, record: Model | None = None, **kwargs: Any) -> None:
        self.record = record
        initial = {"version": getattr(record, "version", None), **self.values_of(record)} if record else {}
        super().__init__(data, initial=initial | kwargs.pop("initial", {}), **kwargs)
        for name, field in self.fields.items():
            field.show_hidden_initial = record is not None and name != "version"

    def values_of(self, record: Any) -> Mapping[str, Any]:
        """The record's values as the form's fields show them."""
        names = [name for name in self.base_fields if name != "version"]
        return {name: getattr(record, name) for name in names if hasattr(record, name)}

    @property
    def fields_given(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    @property
    def seen_version(self) -> int | None:
        version: int | None = self.cleaned_data.get("version")
        return version


def attempt[T](form: forms.Form, verb: Callable[[], T]) -> T | None:
    """Runs the verb; None when it refuses, and then the form says why. Other exceptions (`NotAllowed`) pass."""
    try:
        return verb()
    except Invalid as refusal:
        for error in refusal.errors:
            field = error.field if error.field in form.fields else None
            form.add_error(field, forms.ValidationError(error.message, code=error.code))
    except Stale as stale:
        assert isinstance(form, RecordForm)
        _merge(form, stale.current)
    return None


def _merge(form: RecordForm, current: Model) -> None:
    """Shows both sides of a lost update: what only the other one changed is taken over, where both did she decides."""
    assert isinstance(form.data, QueryDict)
    data = form.data.copy()
    for name, theirs in form.values_of(current).items():
        field, bound = form.fields[name], form[name]
        seen, mine = _python(field, form.data.get(bound.html_initial_name)), form.cleaned_data.get(name)
        if _same(theirs, seen):
            continue
        data[bound.html_initial_name] = _text(field, theirs)
        if _same(mine, seen):
            data[bound.html_name] = _text(field, theirs)
        elif not _same(mine, theirs):
            message = _("Somebody has changed this to “%(value)s” meanwhile. Save again to keep yours.")
            params = {"value": _shown(field, theirs)}
            form.add_error(name, forms.ValidationError(message, code="changed", params=params))
    data["version"] = str(current.version)  # type: ignore[attr-defined]
    form.data = data
    message = _("Somebody else has saved this meanwhile. Their changes are in the form now: look at it and save again.")
    form.add_error(None, forms.ValidationError(message, code="stale"))


def _python(field: forms.Field, raw: Any) -> Any:
    try:
        return field.to_python(raw)
    except forms.ValidationError:
        return raw


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) or (one in (None, "") and other in (None, ""))


def _text(field: forms.Field, value: Any) -> str:
    prepared = field.prepare_value(value)
    return "" if prepared is None else str(localize_input(prepared) if field.localize else prepared)


def _shown(field: forms.Field, value: Any) -> str:
    is_choice = isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField)
    words: dict[Any, Any] = dict(list(field.choices)) if is_choice else {}  # type: ignore[attr-defined]
    return str(words.get(value, "" if value is None else value))


def status_of(form: forms.Form) -> int:
    """200 for a fresh form, 422 for a refused one, 409 when somebody else was quicker."""
    if not form.is_bound:
        return 200
    return 409 if form.has_error(NON_FIELD_ERRORS, "stale") else 422
