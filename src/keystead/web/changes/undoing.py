"""Takes a change back, and returns to where the person was."""

import re
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keystead.base import clock
from keystead.domain.undoing.refusals import CannotUndo, NoSuchChange
from keystead.domain.undoing.sentences import sentences
from keystead.domain.undoing.undo import opens_the_door, undo
from keystead.domain.workspace.permissions import may
from keystead.web.changes.offering import HEADER, offer, undo_url
from keystead.web.requests import WorkspaceRequest
from keystead.web.workspace.leaving import confirm_first

_SHOWN = 3


@require_POST
def undo_change(request: WorkspaceRequest, change: UUID) -> HttpResponse:
    """POST `next`: the page to return to; without the part that names a record which is no longer there."""
    if may(request.viewer, "workspace.edit") and opens_the_door(change):
        confirm_first(request)
    try:
        undone = undo(change=change, viewer=request.viewer, at=clock.now())
    except NoSuchChange as error:
        raise Http404 from error
    except CannotUndo as refusal:
        messages.error(request, _refused(refusal))
        return redirect(_back(request, ()))
    response = redirect(_back(request, undone.gone))
    text = _("Done again.") if undone.is_redo else _("Undone.")
    offer(request, response, undo_url(request, undone.change, is_redo=not undone.is_redo), text)
    response.headers[HEADER] = str(undone.change)
    return response


def _refused(refusal: CannotUndo) -> str:
    found = sentences(refusal)
    text = " ".join([_("Not undone."), *found[:_SHOWN]])
    rest = len(found) - _SHOWN
    return text + " " + _("And %(count)s more.") % {"count": rest} if rest > 0 else text


def _back(request: WorkspaceRequest, gone: Collection[Any]) -> str:
    home = reverse("workspace_home", args=[request.workspace.slug])
    wanted = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}) or not wanted.startswith(home):
        return home
    ids = {str(each) for each in gone}
    named = next((found for found in re.finditer(r"[0-9a-f-]{36}", wanted) if found[0] in ids), None)
    return wanted[: named.start()] if named else wanted
