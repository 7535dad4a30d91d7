"""The audit log as a page and as a file."""

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import dates
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from keystead.data.deals.models import DealStatus
from keystead.data.workspace.audit import AuditEvent
from keystead.data.workspace.entry import Voucher
from keystead.data.workspace.models import RatePolicy, Role, Workspace
from keystead.domain.workspace.audit import KINDS, breaks, entries, head
from keystead.domain.workspace.permissions import require
from keystead.web.changes.saying import WAYS
from keystead.web.requests import WorkspaceRequest, wants_fragment
from keystead.web.templatetags.formats import moment
from keystead.web.workspace.devices import device
from keystead.web.workspace.scopes import scope_words
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
        "csv_url": f"{reverse('audit_csv', args=[request.workspace.slug])}?{_query(request)}",
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


_FIELDS: dict[str, Any] = {
    "email": gettext_lazy("e-mail"), "role": gettext_lazy("role"), "manager_id": gettext_lazy("manager"),
    "user_id": gettext_lazy("logs in as"), "is_active": gettext_lazy("active"), "member_id": pgettext_lazy("person", "of"),
    "scopes": gettext_lazy("may"), "expires_at": gettext_lazy("until"), "last_used_at": gettext_lazy("used"),
    "revoked_at": gettext_lazy("revoked"), "accepted_at": gettext_lazy("accepted"), "by": gettext_lazy("by"),
    "step": gettext_lazy("step"), "device": gettext_lazy("device"), "ip": "IP", "address": gettext_lazy("address"),
    "filters": gettext_lazy("filters"), "domain": gettext_lazy("domain"), "voucher": gettext_lazy("vouched for by"),
    "status": gettext_lazy("status"), "probability": gettext_lazy("probability"), "name": gettext_lazy("name"),
    "second_step": gettext_lazy("second step required of"), "currency": gettext_lazy("currency"),
    "language": gettext_lazy("language"), "slug": gettext_lazy("address"),
    "fiscal_start_month": gettext_lazy("fiscal year starts in"), "fiscal_named_by": gettext_lazy("fiscal year named by"),
    "fiscal_pattern": gettext_lazy("fiscal periods"), "fiscal_week_start": gettext_lazy("fiscal weeks start on"),
    "fiscal_week53": gettext_lazy("fiscal year ends on the"), "provider": gettext_lazy("company sign-in"),
    "rate_policy": gettext_lazy("rate policy"),
    "totals_include_hidden": gettext_lazy("totals include hidden deals"),
}  # fmt: skip
_MOMENTS = {"expires_at", "last_used_at", "revoked_at", "accepted_at"}
_WORDS: dict[str, dict[Any, Any]] = {
    "role": dict(Role.choices), "second_step": dict(Workspace.SecondStep.choices), "voucher": dict(Voucher.choices),
    "status": dict(DealStatus.choices), "rate_policy": dict(RatePolicy.choices), "language": dict(settings.LANGUAGES),
    "fiscal_start_month": dates.MONTHS, "fiscal_named_by": dict(Workspace.YearNamedBy.choices),
    "fiscal_pattern": dict(Workspace.Pattern.choices), "fiscal_week_start": dates.WEEKDAYS,
    "fiscal_week53": dict(Workspace.Week53.choices),
}  # fmt: skip

# How somebody signed in, as allauth names it: one or more with " + " between. What a company calls its own sign-in stays.
_SIGNED_IN_BY: dict[str, Any] = {
    "password": gettext_lazy("Password"), "webauthn": gettext_lazy("Passkey"), "totp": gettext_lazy("Authenticator app"),
    "recovery_codes": gettext_lazy("Recovery codes"), "invitation": gettext_lazy("Invitation"),
}  # fmt: skip


def _shown(row: AuditEvent) -> dict[str, Any]:
    """An entry in words. What a new or gone thing has as everybody has it (active, nothing yet) is not worth a word."""
    told = [(name, row.old.get(name), row.new.get(name)) for name in sorted({*row.old, *row.new})]
    is_change = bool(row.old and row.new)
    return {
        "entry": row, "way": WAYS.get(row.via, row.via), "words": KINDS.get(row.kind, row.kind),
        "device": device(row.agent) if row.agent else "",
        "tone": "bad" if row.kind.endswith("failed") else "", "is_change": is_change,
        "changes": [
            (_FIELDS.get(name, name), _text(name, old), _text(name, new))
            for name, old, new in told if is_change or (new if row.new else old) not in (None, "", True)
        ],
    }  # fmt: skip


def _text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name == "scopes":
        return scope_words(value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if name in _MOMENTS:
        return moment(localtime(datetime.fromisoformat(value)), get_language() or "en")
    if name in ("by", "step"):
        return " + ".join(str(_SIGNED_IN_BY.get(each, each)) for each in str(value).split(" + "))
    return str(_WORDS.get(name, {}).get(value, value))


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
