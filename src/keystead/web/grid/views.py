"""Saved views: a form in the grid's menu makes them, and each can be rewritten, renamed, shared, removed."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from keystead.data.workspace.views import SavedView
from keystead.domain.workspace.permissions import require
from keystead.domain.workspace.views import change_view, delete_view, open_with, save_view
from keystead.domain.writing import Invalid
from keystead.web.requests import WorkspaceRequest

LISTS = {"accounts": "accounts:list", "deals": "deals:list", "plans": "plans:list", "portfolio": "portfolio:list"}


class ViewForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    query = forms.CharField(max_length=4000, required=False)
    is_shared = forms.BooleanField(label=gettext_lazy("Share it with the workspace"), required=False)


@require_POST
def new(request: WorkspaceRequest) -> HttpResponse:
    """Keeps the state that `query` describes under a name, and shows it."""
    require(request.viewer, "view.own")
    list_id = _list_id(request)
    form = ViewForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            view = save_view(
                viewer=request.viewer, list_id=list_id, name=given["name"], query=given["query"], is_shared=given["is_shared"]
            )
        except Invalid as refusal:
            return _refused(request, list_id, [str(error.message) for error in refusal.errors])
        if request.POST.get("is_default"):
            open_with(viewer=request.viewer, list_id=list_id, view=view)
        messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
        return redirect(_address(request, list_id, f"?view={view.pk}"))
    return _refused(
        request, list_id, [f"{form.fields[name].label or name}: {text}" for name, texts in form.errors.items() for text in texts]
    )


@require_POST
def change(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Rewrites the view with what is sent: `query` (the state now shown), `name`, `is_shared` (when `has_shared` is sent)."""
    view = _find(request, pk)
    fields: dict[str, Any] = {name: request.POST[name][:4000].strip() for name in ("query", "name") if name in request.POST}
    if "has_shared" in request.POST:
        fields["is_shared"] = "is_shared" in request.POST
    try:
        change_view(view=view, viewer=request.viewer, fields=fields)
    except Invalid as refusal:
        return _refused(request, view.list, [str(error.message) for error in refusal.errors])
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": fields.get("name", view.name)})
    return redirect(_address(request, view.list, f"?view={view.pk}"))


@require_POST
def deletion(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    view = _find(request, pk)
    delete_view(view=view, viewer=request.viewer)
    messages.success(request, _("The view “%(name)s” is removed. The list itself is as it was.") % {"name": view.name})
    return redirect(_address(request, view.list, "?" + view.query))


@require_POST
def default(request: WorkspaceRequest) -> HttpResponse:
    """The list opens with the view that `view` names; without one, as it is by itself."""
    require(request.viewer, "view.own")
    text = request.POST.get("view", "")
    view = _find(request, text) if text else None
    list_id = view.list if view else _list_id(request)
    open_with(viewer=request.viewer, list_id=list_id, view=view)
    messages.success(
        request,
        _("The list opens with “%(name)s” from now on.") % {"name": view.name}
        if view
        else _("The list opens without a view from now on."),
    )
    return redirect(_address(request, list_id, f"?view={view.pk}" if view else ""))


def _find(request: WorkspaceRequest, key: UUID | str) -> SavedView:
    try:
        wanted = key if isinstance(key, UUID) else UUID(key)
    except ValueError as error:
        raise Http404 from error
    view = SavedView.objects.visible_to(request.viewer).filter(pk=wanted).first()
    if view is None:
        raise Http404
    return view


def _list_id(request: WorkspaceRequest) -> str:
    list_id = request.POST.get("list", "")
    if list_id not in LISTS:
        raise Http404
    return list_id


def _address(request: WorkspaceRequest, list_id: str, query: str) -> str:
    return reverse(LISTS[list_id], args=[request.workspace.slug]) + query


def _refused(request: WorkspaceRequest, list_id: str, reasons: list[str]) -> HttpResponse:
    """The form again, with what was typed and why it was not kept."""
    context = {
        "reasons": reasons, "typed": request.POST, "list": list_id, "action": request.path,
        "back": _address(request, list_id, "?" + request.POST.get("query", "")[:4000]),
        "crumbs": [{"label": _("Views"), "url": ""}],
    }  # fmt: skip
    return render(request, "grid/view_refused.html", context, status=422)
