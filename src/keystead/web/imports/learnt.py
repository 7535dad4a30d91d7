"""What was learnt from files: how their columns were mapped and what their texts mean, with a way to forget it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from keystead.data.models import Member, SavedMapping
from keystead.domain.exchange.fields import fields_of
from keystead.domain.exchange.recognising.learning import forget, learnt, taught
from keystead.web.imports.finding import frame
from keystead.web.imports.words import KINDS, key_words
from keystead.web.requests import WorkspaceRequest


@require_http_methods(["GET", "POST"])
def learnt_values(request: WorkspaceRequest) -> HttpResponse:
    kept = learnt(viewer=request.viewer)
    if request.method == "POST":
        if _forgotten(request):
            messages.success(request, _("Forgotten. The next file is read without it."))
        else:
            messages.info(request, _("It was forgotten already."))
        return redirect("imports:learnt", slug=request.workspace.slug)
    context = {**frame(request, None, "file", _("What was learnt")), "mappings": [_shown(one, request.viewer) for one in kept]}
    return render(request, "imports/learnt.html", context)


def _forgotten(request: WorkspaceRequest) -> bool:
    try:
        key = UUID(request.POST.get("mapping", ""))
    except ValueError:
        return False
    return forget(viewer=request.viewer, key=key, field=request.POST.get("field", ""), text=request.POST.get("text", ""))


def _shown(kept: SavedMapping, viewer: Member) -> dict[str, Any]:
    fields = fields_of(kept.kind)
    return {
        "kept": kept,
        "icon": KINDS[kept.kind][0],
        "columns": [(header, fields[name].label) for header in kept.headers if (name := kept.mapping.get(header)) in fields],
        "keys": [key_words(kept.kind, key) for key in kept.options.get("match", ())],
        "values": [
            {"field": name, "label": fields[name].label, "text": text, "taught": one}
            for name, known in taught(kept, kept.values, viewer).items()
            if name in fields
            for text, one in known.items()
        ],
    }
