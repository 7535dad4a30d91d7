"""Likely duplicates over the whole list: pairs side by side, one of which is kept, or which are told apart.

GET: pairs from `?from=` on; `?state=` only how far comparing is, asked again and again while a large workspace is compared. POST:
`first` and `second` (keys), `keep` (one of them), `v1` and `v2` (the versions that were seen), `step` "merge" or "apart"; the
answer takes the pair's place. `step` "again" has all records compared anew.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from keystead.base import clock
from keystead.base.numbers import whole
from keystead.data.accounts.models import Account, Contact
from keystead.domain.accounts.merging import merge_accounts, merge_contacts, tell_apart
from keystead.domain.find.duplicates import MOST_SHOWN, Pair
from keystead.domain.find.kept_duplicates import Found, find_duplicates, look_again, standing
from keystead.domain.workspace.permissions import may, require
from keystead.domain.writing import Invalid, Stale
from keystead.web.find.sides import shown
from keystead.web.requests import WorkspaceRequest, wants_fragment

_BOTH = require_http_methods(["GET", "POST"])
_PAGE = 20
_MODELS: dict[str, Any] = {"account": Account, "contact": Contact}


@_BOTH
def accounts(request: WorkspaceRequest) -> HttpResponse:
    return _page(request, "account")


@_BOTH
def contacts(request: WorkspaceRequest) -> HttpResponse:
    return _page(request, "contact")


def _page(request: WorkspaceRequest, kind: str) -> HttpResponse:
    if request.method == "POST":
        require(request.viewer, f"{kind}.edit")
        return _again(request, kind) if request.POST.get("step") == "again" else _decide(request, kind)
    require(request.viewer, f"{kind}.read")
    if "state" in request.GET:
        return _state(request, kind)
    looked = find_duplicates(kind, viewer=request.viewer, at=clock.now())
    found = looked.pairs
    start = whole(request.GET.get("from", "")) or 0
    after = start + _PAGE
    context = {
        **_looked(request, kind, looked), "pairs": shown(kind, found[start:after], request.viewer), "count": len(found),
        "is_cut": len(found) >= MOST_SHOWN, "next": after if after < len(found) else None, "start": start,
        "tabs": _tabs(request, kind),
        "crumbs": [{"label": _("Accounts"), "url": reverse("accounts:list", args=[request.workspace.slug])},
                   {"label": _("Duplicates"), "url": ""}],
    }  # fmt: skip
    return render(request, "find/duplicates.html", context)


def _looked(request: WorkspaceRequest, kind: str, looked: Found) -> dict[str, Any]:
    return {"looked": looked, "kind": kind, "may_edit": may(request.viewer, f"{kind}.edit"), "here": _here(request, kind)}


def _state(request: WorkspaceRequest, kind: str) -> HttpResponse:
    """How far comparing is. When it has ended, a link leads to the new pairs: what somebody is about to choose stays."""
    looked = standing(kind, at=clock.now())
    is_news = looked.compared_at is not None and not looked.is_awaited
    return render(request, "find/duplicates_state.html", {**_looked(request, kind, looked), "is_news": is_news})


def _again(request: WorkspaceRequest, kind: str) -> HttpResponse:
    look_again(kind, viewer=request.viewer, at=clock.now())
    if not wants_fragment(request):
        return redirect(_here(request, kind))
    looked = standing(kind, at=clock.now())
    return render(request, "find/duplicates_state.html", _looked(request, kind, looked))


def _decide(request: WorkspaceRequest, kind: str) -> HttpResponse:
    first, second = (_record(request, kind, name) for name in ("first", "second"))
    versions = {first.pk: _version(request, "v1"), second.pk: _version(request, "v2")}
    try:
        if request.POST.get("step") == "apart":
            tell_apart(first=first, second=second, viewer=request.viewer)
            return _done(request, kind, None, _("They are not the same. They will not be shown as a pair again."))
        keep, lose = (second, first) if request.POST.get("keep") == str(second.pk) else (first, second)
        merge: Any = merge_accounts if kind == "account" else merge_contacts
        kept = merge(keep=keep, lose=lose, viewer=request.viewer, seen=versions[keep.pk], lose_seen=versions[lose.pk])
        return _done(request, kind, kept, _("%(lost)s is part of %(kept)s now.") % {"lost": lose, "kept": kept})
    except Invalid as refusal:
        return _refused(request, kind, first, second, str(refusal.errors[0].message))
    except Stale:
        text = _("Somebody has changed one of them since you opened the page. Look at both again, then choose.")
        return _refused(request, kind, first, second, text)


def _done(request: WorkspaceRequest, kind: str, kept: Any, text: str) -> HttpResponse:
    if wants_fragment(request):  # the sentence stands where the pair was; its Undo is in the toast
        return render(request, "find/duplicate_done.html", {"text": text, "url": _address(request, kind, kept) if kept else ""})
    messages.success(request, text)
    return redirect(_here(request, kind))


def _refused(request: WorkspaceRequest, kind: str, first: Any, second: Any, error: str) -> HttpResponse:
    """The pair as it is now, with why nothing was done."""
    if not wants_fragment(request):
        messages.error(request, error)
        return redirect(_here(request, kind))
    pair = shown(kind, [Pair(first.pk, second.pk, 0, ())], request.viewer)
    context = {"pair": pair[0] if pair else None, "error": error, "may_edit": True, "here": _here(request, kind)}
    return render(request, "find/duplicate.html", context, status=409)


def _record(request: WorkspaceRequest, kind: str, name: str) -> Any:
    try:
        key = UUID(request.POST.get(name, ""))
    except ValueError as error:
        raise Http404 from error
    record = _MODELS[kind].objects.visible_to(request.viewer).filter(pk=key).first()
    if record is None:
        raise Http404
    return record


def _version(request: WorkspaceRequest, name: str) -> int | None:
    return whole(request.POST.get(name, "")) or None


def _here(request: WorkspaceRequest, kind: str) -> str:
    return reverse("duplicates" if kind == "account" else "duplicate_contacts", args=[request.workspace.slug])


def _address(request: WorkspaceRequest, kind: str, record: Any) -> str:
    name = "accounts:detail" if kind == "account" else "accounts:contact_alone"
    return reverse(name, args=[request.workspace.slug, record.pk])


def _tabs(request: WorkspaceRequest, kind: str) -> list[dict[str, Any]]:
    labels = {"account": _("Accounts"), "contact": _("Contacts")}
    return [{"label": label, "url": _here(request, each), "is_current": each == kind} for each, label in labels.items()]
