"""Pages that refuse: inside the product's frame for who is signed in to a workspace, else alone on the page.

Inside they say the same whether there is nothing at an address or it is not for the viewer.
"""

import json
import logging
import re
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from keystead.base.scope import open_scope
from keystead.data.workspace.models import Member, Role
from keystead.domain.plans.approval import PlanArchived
from keystead.domain.workspace.membership import NoSuchWorkspace, membership_in, memberships
from keystead.domain.workspace.permissions import NotAllowed
from keystead.domain.workspace.why import why_not
from keystead.domain.writing import DELETED_NOW
from keystead.web.requests import wants_fragment
from keystead.web.shell import navigation
from keystead.web.workspace.sign_in_steps import must_set_up

logger = logging.getLogger(__name__)
LAST_WORKSPACE = "workspace"  # the key in the session
_MOST_NAMED = 3  # administrators named on a page
_OF_WORKSPACE = re.compile(r"/w/([-\w]+)(?:/|$)")


def not_here(request: HttpRequest, status: int = 404) -> HttpResponse:
    """In an open workspace: the page that says whom to ask. A guest sees no other members, administrators included."""
    if wants_fragment(request):
        return HttpResponse(status=status)
    viewer = request.viewer  # type: ignore[attr-defined]
    administrators = Member.objects.visible_to(viewer).filter(
        role__in=(Role.OWNER, Role.ADMIN), is_active=True, user__isnull=False
    )
    asked = list(administrators.exclude(pk=viewer.pk).order_by("role", "name")[:_MOST_NAMED])
    return _inside(request, status, "404.html", administrators=asked, address=request.build_absolute_uri())


def not_allowed(request: HttpRequest, refusal: NotAllowed) -> HttpResponse:
    """In an open workspace: why the viewer may not do this."""
    reason = why_not(request.viewer, refusal.action)  # type: ignore[attr-defined]
    if wants_fragment(request):
        return _told(403, reason)
    return _inside(request, 403, "403.html", reason=reason)


def gone(request: HttpRequest, error: ObjectDoesNotExist) -> HttpResponse:
    """Somebody deleted a record between its being found and its being written (or something else is not there: it is logged)."""
    logger.warning("Nothing there any more: %s", request.path, exc_info=error)
    return _not_done(request, 404, _("There is nothing here"), _("Somebody has deleted this meanwhile."))


def deleted_now(request: HttpRequest) -> HttpResponse:
    """What a change names went while it was being saved."""
    return _not_done(request, 409, _("This is not saved"), str(DELETED_NOW))


def _not_done(request: HttpRequest, status: int, heading: str, reason: str) -> HttpResponse:
    if wants_fragment(request):
        return _told(status, reason)
    return _inside(request, status, "gone.html", heading=heading, reason=reason)


def _told(status: int, text: str) -> HttpResponse:
    """A toast; the page stays as it is."""
    toast = {"toast": {"text": text, "level": "error"}}
    return HttpResponse(status=status, headers={"HX-Trigger": json.dumps(toast), "HX-Reswap": "none"})


def archived(request: HttpRequest, refusal: PlanArchived) -> HttpResponse:
    """A plan that was archived while its page stood open, or an old address of one of its forms: to the plan, with the reason."""
    reason = str(refusal.errors[0].message)
    if wants_fragment(request):
        return _told(409, reason)
    messages.error(request, reason)
    return redirect("plans:detail", slug=request.workspace.slug, pk=refusal.plan.pk)  # type: ignore[attr-defined]


def refused_in_own_frame(request: HttpRequest, status: int) -> HttpResponse | None:
    """For an address that leads into no open workspace: the page of that status (403, 404) in the frame of the workspace that it
    names, else of the one that was used last. None for who has no such place, and when the database does not answer.
    """
    if wants_fragment(request):
        return None
    try:
        own = _own_place(request)
        if own is None:
            return None
        named, member = own
        request.workspace, request.viewer = member.workspace, member  # type: ignore[attr-defined]
        with open_scope(workspace_id=member.workspace_id, user_id=member.user_id):
            return not_here(request) if named and status == 404 else _inside(request, status, f"{status}.html")
    except Error:
        request.workspace = request.viewer = None  # type: ignore[attr-defined]
        return None


def _own_place(request: HttpRequest) -> tuple[bool, Member] | None:
    """Whether the address names it, and the place there; none where a second step is still to be set up."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    found = _OF_WORKSPACE.match(request.path)
    named = found[1] if found else ""
    request.memberships = memberships(user_id=user.pk)  # type: ignore[attr-defined]
    for slug in filter(None, (named, request.session.get(LAST_WORKSPACE))):
        try:
            member = membership_in(request.memberships, slug)  # type: ignore[attr-defined]
        except NoSuchWorkspace:
            continue
        return None if must_set_up(request, member) else (slug == named, member)
    return None


def _inside(request: HttpRequest, status: int, template: str, **words: Any) -> HttpResponse:
    """Under its place in the navigation, with the way back to it. Such a page does not listen to changes: nothing is shown."""
    places = navigation(request.path, request.workspace, request.viewer)  # type: ignore[attr-defined]
    place = next((each for each in places if each["is_current"] and each["url"] != request.path), None)
    here = {"label": _("Not allowed") if status == 403 else _("Not here"), "url": ""}
    crumbs = [{"label": place["label"], "url": place["url"]}, here] if place else [here]
    context = {"frame": "error_inside.html", "place": place, "crumbs": crumbs, "why_url": "", **words}
    return render(request, template, context, status=status)
