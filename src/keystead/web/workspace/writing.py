"""From a form to a verb: what the domain refuses stands beside its field, and a lost update becomes a merge or a question."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist
from django.db import IntegrityError
from django.db.models import Model

from keystead.base.money import minor_units
from keystead.domain.writing import DELETED_NOW, FieldError, Invalid, Stale, is_of_deleted
from keystead.web.workspace.conflicts import Conflict, gone_error, merge, merged_sentence, stale_error, take_theirs

_TURNS = 3  # somebody may save again between our reading and our writing


class RecordForm(forms.Form):
    """A form over one record. It carries the version that the person saw, and beside each field the value that she saw.

    `conflicts`: the fields that she and somebody else changed, to be decided; `merged`: those that only somebody else did.
    `amounts`: the fields that are written with the decimals of a currency: `amounts_in`, or the record's own.
    """

    amounts: ClassVar[tuple[str, ...]] = ()
    amounts_in = ""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, record: Model | None = None, **kwargs: Any) -> None:
        self.record = record
        self.conflicts: list[Conflict] = []
        self.merged: list[Conflict] = []
        initial = {"version": getattr(record, "version", None), **self.values_of(record)} if record else {}
        super().__init__(data, initial=initial | kwargs.pop("initial", {}), **kwargs)
        for name, field in self.fields.items():
            field.show_hidden_initial = record is not None and name != "version"
        if self.is_bound and record is not None:
            self.data = take_theirs(self)

    def values_of(self, record: Any) -> Mapping[str, Any]:
        """The record's values as the form's fields show them: numbers without the zeros that only their column's width adds."""
        names = [name for name in self.base_fields if name != "version"]
        return {name: self._written(record, name) for name in names if hasattr(record, name)}

    def _written(self, record: Any, name: str) -> Any:
        value = getattr(record, name)
        if not isinstance(value, Decimal):
            return value
        places = 0
        if name in self.amounts:
            currency = self.amounts_in or record.currency
            places = minor_units(currency) if currency else 2
        digits = max(places, -int(value.normalize().as_tuple().exponent))
        return value.quantize(Decimal(1).scaleb(-digits))

    @property
    def fields_given(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    @property
    def seen_version(self) -> int | None:
        version: int | None = self.cleaned_data.get("version")
        return version

    @property
    def merged_words(self) -> str:
        return merged_sentence(self.merged) if self.merged else ""

    def said(self, text: str) -> str:
        """What to say after saving: what somebody else changed beside it is named."""
        return f"{text} {self.merged_words}".strip()


def attempt[T](form: forms.Form, verb: Callable[[], T], *, beside: forms.Form | None = None) -> T | None:
    """Runs the verb; None when it refuses, and then the form says why. Other exceptions (`NotAllowed`) pass.

    The verb must read `fields_given` and `seen_version` when it runs: where only somebody else has changed a field, both sides
    are merged in the form and it runs again. A form that is of no record has nothing to merge: there `Stale` passes too.
    `beside`: a form with a prefix that is sent along; an error named with the prefix stands at its field.
    """
    try:
        return _attempt(form, verb, beside)
    except ObjectDoesNotExist:  # the record, or what it stands in: what was typed stays to be copied
        form.add_error(None, gone_error())
        return None


def _attempt[T](form: forms.Form, verb: Callable[[], T], beside: forms.Form | None) -> T | None:
    for _turn in range(_TURNS):
        try:
            return verb()
        except Invalid as refusal:
            for error in refusal.errors:
                _add(error, form, beside)
            return None
        except Stale as stale:
            if not isinstance(form, RecordForm):
                raise
            if not merge(form, stale.current):
                break
        except IntegrityError as error:
            if not is_of_deleted(error):
                raise
            form.add_error(None, forms.ValidationError(DELETED_NOW, code="missing"))
            return None
    if not form.has_error(NON_FIELD_ERRORS, "stale"):
        form.add_error(None, stale_error())
    return None


def _add(error: FieldError, form: forms.Form, beside: forms.Form | None) -> None:
    """At its field, or above all of them."""
    fault = forms.ValidationError(error.message, code=error.code)
    of_other = error.field.removeprefix(f"{beside.prefix}-") if beside is not None else error.field
    if beside is not None and of_other != error.field:
        beside.add_error(of_other if of_other in beside.fields else None, fault)
    else:
        form.add_error(error.field if error.field in form.fields else None, fault)


def status_of(form: forms.Form) -> int:
    """200 for a fresh form, 422 for a refused one, 409 when somebody else was quicker."""
    if not form.is_bound:
        return 200
    return 409 if any(form.has_error(NON_FIELD_ERRORS, code) for code in ("stale", "gone")) else 422
