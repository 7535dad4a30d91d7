"""The import of a page, and what every page about it needs."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from keystead.data.exchange.models import Import
from keystead.domain.exchange.imports import may_import
from keystead.web.imports.words import KINDS, tone_of
from keystead.web.requests import WorkspaceRequest

STEPS = ("file", "columns", "preview", "done")


def find_import(request: WorkspaceRequest, pk: UUID) -> Import:
    """The import, or 404 when the viewer may not see it."""
    found: QuerySet[Import] = Import.objects.visible_to(request.viewer).select_related("by")
    return get_object_or_404(found, pk=pk)


def frame(request: WorkspaceRequest, job: Import | None, step: str, *crumbs: str) -> dict[str, Any]:
    """The crumbs and the line of steps; with an import, its name, kind and what may be done with it."""
    slug = request.workspace.slug
    path = [{"label": _("Data"), "url": reverse("imports:list", args=[slug])}]
    context: dict[str, Any] = {"step": step, "steps": steps(request, job, step)}
    if job is not None:
        path.append({"label": job.filename, "url": reverse("imports:detail", args=[slug, job.pk]) if crumbs else ""})
        context |= {
            "job": job,
            "kind_icon": KINDS[job.kind][0],
            "state_tone": tone_of(job),
            "may_change": may_import(request.viewer, job.kind),
        }
    path += [{"label": label, "url": ""} for label in crumbs]
    return {"crumbs": path, **context}


def steps(request: WorkspaceRequest, job: Import | None, current: str) -> list[dict[str, Any]]:
    """File, columns, preview, done: those behind lead back as long as nothing has been written."""
    words = {"file": _("File"), "columns": _("Columns"), "preview": _("Preview"), "done": _("Done")}
    at = STEPS.index(current)
    found = []
    for place, name in enumerate(STEPS):
        url = ""
        if job is not None and job.state in ("previewed", "failed") and place != at:
            page = {"columns": "imports:columns", "preview": "imports:detail"}.get(name, "")
            is_open = page and ((name == "columns" and job.columns) or (name == "preview" and job.state == "previewed"))
            url = reverse(page, args=[request.workspace.slug, job.pk]) if is_open else ""
        found.append({"label": words[name], "number": place + 1, "url": url, "is_done": place < at, "is_current": place == at})
    return found
