"""One change of many rows: choose the column and its new value, see what will happen, and do it. Every step is a form.

POST with `step`: "choose" (or none) shows the columns and the field; "preview" counts; "commit" writes.
The rows: `pick` names them, or `all` means every row that the filters in the address leave.
"""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keystead.domain.grid.bulk import Outcome, tried
from keystead.domain.grid.columns import Column
from keystead.domain.workspace.permissions import require
from keystead.domain.writing import Invalid
from keystead.web.accounts.references import ReferenceField
from keystead.web.grid.cells import field_form, value_of
from keystead.web.grid.listing import Listing
from keystead.web.grid.page import Page, page_of
from keystead.web.plans.words import count_text
from keystead.web.requests import WorkspaceRequest, wants_fragment

MOST_PICKED = 10_000  # ticked one by one; "all" has no limit
_LONG = 5_000  # more rows than this take so long that the dialog says so


def bulk(request: WorkspaceRequest, listing: Listing) -> HttpResponse:
    require(request.viewer, listing.grid.edit_action)
    page = page_of(request, listing)
    rows = _chosen(page)
    column = _column(page)
    step = request.POST.get("step", "choose")
    form = field_form(listing, request, None, column)
    context: dict[str, Any] = {"outcome": None}
    if step == "choose":
        form.is_bound = False
    elif form.is_valid():
        fields = {column.edits: value_of(form, column.edits)}
        try:
            if step == "commit":
                done = listing.change_many(rows, request.viewer, fields)
                return _done(request, page, done)
            context["outcome"] = _said(tried(grid=listing.grid, rows=rows, viewer=request.viewer, fields=fields))
        except Invalid as refusal:
            for error in refusal.errors:
                form.add_error(column.edits if error.field in ("", column.edits) else None, error.message)
    return _asks(page, rows, column, form, context)


def _chosen(page: Page) -> QuerySet[Any]:
    if page.request.POST.get("all"):
        return page.rows.found
    keys = []
    for text in page.request.POST.getlist("pick")[:MOST_PICKED]:
        try:
            keys.append(UUID(text))
        except ValueError:
            continue
    return page.rows.every.filter(pk__in=keys)


def _column(page: Page) -> Column:
    columns = [column for column in page.listing.grid.columns.values() if column.in_bulk]
    return next((column for column in columns if column.id == page.request.POST.get("column")), columns[0])


def _asks(page: Page, rows: QuerySet[Any], column: Column, form: Any, context: dict[str, Any]) -> HttpResponse:
    request, listing = page.request, page.listing
    count = rows.count()
    context |= {
        "columns": [(each.id, each.name, each.id == column.id) for each in listing.grid.columns.values() if each.in_bulk],
        "column": column, "field": form[column.edits], "form": form, "count": count, "counted": listing.counted(count),
        "picks": [] if request.POST.get("all") else request.POST.getlist("pick")[:MOST_PICKED],
        "is_all": bool(request.POST.get("all")), "bulk_url": request.get_full_path(), "back": _list(page),
        "is_reference": isinstance(form.fields[column.edits], ReferenceField),
        "crumbs": [{"label": listing.title, "url": _list(page)}, {"label": _("Change many"), "url": ""}],
    }  # fmt: skip
    status = 422 if form.is_bound and form.errors else 200
    template = "grid/bulk.html#form" if wants_fragment(request) else "grid/bulk.html"
    return render(request, template, context, status=status)


def _list(page: Page) -> str:
    return reverse(f"{page.listing.id}:list", args=[page.request.workspace.slug]) + page.state.to()


def _said(outcome: Outcome) -> dict[str, Any]:
    """The preview in sentences."""
    changes = len(outcome.changes)
    said = ngettext("%(n)s will change.", "%(n)s will change.", changes) % {"n": count_text(changes)}
    same = ngettext("%(n)s is so already.", "%(n)s are so already.", outcome.same) % {"n": count_text(outcome.same)}
    refused = [
        (ngettext("%(n)s is refused:", "%(n)s are refused:", count) % {"n": count_text(count)}, reason)
        for reason, count in outcome.refused.items()
    ]
    return {
        "changes": changes,
        "said": said,
        "same": same if outcome.same else "",
        "refused": refused,
        "is_long": changes > _LONG,
    }


def _done(request: WorkspaceRequest, page: Page, outcome: Outcome) -> HttpResponse:
    changed = len(outcome.changes)
    said = ngettext("%(n)s is changed.", "%(n)s are changed.", changed) % {"n": page.listing.counted(changed)}
    refused = sum(outcome.refused.values())
    if refused:
        said += " " + ngettext("%(n)s was refused.", "%(n)s were refused.", refused) % {"n": count_text(refused)}
    if wants_fragment(request):  # the page stays where it is; the grid in it asks for its rows again
        events = {"toast": {"text": said, "level": "success"}, "gridChanged": {}}
        return HttpResponse(headers={"HX-Trigger": json.dumps(events), "HX-Reswap": "none"})
    messages.success(request, said)
    return redirect(_list(page))
