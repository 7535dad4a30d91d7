"""One cell written in its place: the field of the record's own form, the domain's verb, and the row as it is afterwards."""

import types
from functools import cache
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from keystead.domain.grid.columns import Column
from keystead.domain.workspace.permissions import require
from keystead.web.accounts.references import ReferenceField
from keystead.web.grid.listing import Listing
from keystead.web.grid.page import Page, changeable, page_of
from keystead.web.requests import WorkspaceRequest
from keystead.web.workspace.writing import RecordForm, attempt, status_of

_TEMPLATE = "grid/cell.html"


def cell(request: WorkspaceRequest, listing: Listing, pk: UUID, name: str) -> HttpResponse:
    """GET: the field of the cell (403 with the reason where it may not be changed). POST: writes it and answers the row.

    GET with `?part=row`: the row as it is now, for whoever leaves a cell that somebody else has changed.
    """
    record = listing.grid.model._default_manager.visible_to(request.viewer).filter(pk=pk).first()  # type: ignore[attr-defined]
    if record is None:
        raise Http404
    if request.method == "GET" and request.GET.get("part") == "row":
        return _row(page_of(request, listing), record.pk)
    require(request.viewer, listing.grid.edit_action, record)
    column = listing.grid.columns.get(name)
    if column is None or not column.edits:
        return HttpResponse(
            _("This column is computed: it cannot be typed."), status=403, content_type="text/plain; charset=utf-8"
        )
    form = field_form(listing, request, record, column)
    if form.is_valid():
        saved = attempt(
            form,
            lambda: listing.change(record, request.viewer, {column.edits: value_of(form, column.edits)}, form.seen_version),
        )
        if saved is not None:
            return _row(page_of(request, listing), saved.pk)
    context = {
        "form": form,
        "field": form[column.edits],
        "column": column,
        "errors": _errors(form),
        "is_reference": isinstance(form.fields[column.edits], ReferenceField),
    }
    return render(request, _TEMPLATE, context, status=status_of(form))


def _row(page: Page, pk: UUID) -> HttpResponse:
    """The row as it is now, also when it no longer passes the filters: it goes when the page is next asked for."""
    rows = page.rows
    found = rows.one(pk)
    extra = page.listing.prepare(found, rows, page.request)
    can = changeable(page.listing, page.request, found)
    return HttpResponse(page.drawer.lines(found, extra, can))


@cache
def _only(base: type[RecordForm], field: str) -> type[RecordForm]:
    """The form with one field of it."""

    def values_of(self: Any, record: Any) -> Any:
        return {name: value for name, value in base.values_of(self, record).items() if name == field}

    made: type[RecordForm] = types.new_class(
        f"{base.__name__}Of{field}", (base,), exec_body=lambda space: space.update(values_of=values_of)
    )
    return made


def field_form(listing: Listing, request: WorkspaceRequest, record: Any, column: Column) -> RecordForm:
    form = listing.form(request, record, lambda base: _only(base, column.edits))
    for name in list(form.fields):
        if name not in (column.edits, "version"):
            del form.fields[name]
    field = form.fields[column.edits]
    field.widget.attrs["aria-label"] = str(column.name)
    if isinstance(field.widget, forms.RadioSelect):
        field.widget = forms.Select(choices=field.widget.choices)
    return form


def value_of(form: Any, field: str) -> Any:
    """What was typed, as the domain takes it."""
    if isinstance(form.fields[field], ReferenceField):
        return form.found.get(field)
    value = form.cleaned_data[field]
    return None if field == "external_id" and value == "" else value


def _errors(form: forms.Form) -> list[str]:
    """What is wrong, the field's own words first."""
    named = [str(message) for name, messages in form.errors.items() if name != "__all__" for message in messages]
    return named or [str(message) for message in form.non_field_errors()]
