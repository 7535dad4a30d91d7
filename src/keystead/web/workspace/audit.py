"""The audit log as a page and as a file."""

import csv
import json
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from keystead.data.workspace.audit import AuditEvent
from keystead.domain.workspace.audit import KINDS, breaks, entries, head
from keystead.domain.workspace.permissions import require
from keystead.web.requests import WorkspaceRequest, wants_fragment
from keystead.web.workspace.devices import device
from keystead.web.workspace.tabs import settings_crumbs, settings_tabs

_PAGE = 100
_FAMILIES = (
    ("step", gettext_lazy("Second steps")), ("token", gettext_lazy("Tokens")), ("invitation", gettext_lazy("Invitations")),
    ("member", gettext_lazy("Members and rights")), ("rule", gettext_lazy("Rules of entry")), ("stage", gettext_lazy("Stages")),
)  # fmt: skip
_COLUMNS = ("number", "at", "what", "who", "by", "from", "device", "subject", "old", "new", "hash")


class AuditForm(forms.Form):
    kind = forms.ChoiceField(required=False)
    who = forms.CharField(required=False, max_length=200)
    first = forms.DateField(required=False)
    last = forms.DateField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [("", _("Everything")), *_FAMILIES, *KINDS.items()]


@require_GET
def audit(request: WorkspaceRequest) -> HttpResponse:
    require(request.viewer, "audit.read")
    form = AuditForm(request.GET)
    rows = _asked(request, form)
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form, "page": page, "rows": [_shown(row) for row in page],
        "query": _query(request), "csv_url": f"{reverse('audit_csv', args=[request.workspace.slug])}?{_query(request)}",
        "verify_url": reverse("audit_proof", args=[request.workspace.slug]), **_frame(request),
    }  # fmt: skip
    template = "workspace/audit.html#rows" if wants_fragment(request) else "workspace/audit.html"
    return render(request, template, context, status=200 if form.is_valid() else 422)


def _asked(request: WorkspaceRequest, form: AuditForm) -> Any:
    """What cannot be understood does not filter: the page says so beside the field."""
    given = form.cleaned_data if form.is_valid() else {name: form.cleaned_data.get(name) for name in form.fields}
    wanted = {name: value for name, value in given.items() if value}
    return entries(viewer=request.viewer, zone=ZoneInfo(request.user.time_zone), **wanted)


def _query(request: WorkspaceRequest) -> str:
    given = request.GET.copy()
    given.pop("page", None)
    return given.urlencode()


def _frame(request: WorkspaceRequest) -> dict[str, Any]:
    here = {"label": _("Audit log"), "url": reverse("audit", args=[request.workspace.slug])}
    return {"tabs": settings_tabs(request, "audit"), "crumbs": settings_crumbs(request, here)}


def _shown(row: AuditEvent) -> dict[str, Any]:
    names = sorted({*row.old, *row.new})
    return {
        "entry": row, "words": KINDS.get(row.kind, row.kind), "device": device(row.agent) if row.agent else "",
        "tone": "bad" if row.kind.endswith("failed") else "",
        "changes": [(name, _text(row.old.get(name)), _text(row.new.get(name))) for name in names],
    }  # fmt: skip


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


class _Echo:
    """A file that hands back what is written to it: rows leave one by one."""

    def write(self, text: str) -> str:
        return text


@require_GET
def audit_csv(request: WorkspaceRequest) -> StreamingHttpResponse:
    """The entries that the page shows, all of them, with their hashes; the last line names the head of the whole chain."""
    require(request.viewer, "audit.read")
    rows = list(_asked(request, AuditForm(request.GET)))
    number, seal = head()
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow(_COLUMNS)
        for row in rows:
            yield writer.writerow([_inert(cell) for cell in _cells(row)])
        yield writer.writerow(["head", number, seal])

    filename = f"audit-{request.workspace.slug}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{filename}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8", headers=headers)


def _cells(row: AuditEvent) -> list[Any]:
    old, new = (json.dumps(each, ensure_ascii=False) if each else "" for each in (row.old, row.new))
    at = row.created_at.isoformat(timespec="milliseconds")
    return [row.number, at, row.kind, row.actor, row.via, row.ip, row.agent, row.subject, old, new, row.hash]


def _inert(cell: Any) -> Any:
    """A spreadsheet must not take what somebody called herself for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" else cell


@require_GET
def audit_proof(request: WorkspaceRequest) -> HttpResponse:
    """Computes the whole chain anew."""
    require(request.viewer, "audit.read")
    number, seal = head()
    context = {"breaks": breaks()[:20], "number": number, "seal": seal, **_frame(request)}
    return render(request, "workspace/audit_proof.html", context)
