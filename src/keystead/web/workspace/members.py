"""People: the hierarchy with roles and log-in states, one member's page, invitations."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from keystead.base.clock import now
from keystead.data.permissions import Reach, reach
from keystead.data.workspace.models import Member, Role
from keystead.documents import letters
from keystead.domain.workspace.binding import UsedElsewhere, bindings, release_binding
from keystead.domain.workspace.invitations import VALID_FOR, invite
from keystead.domain.workspace.members import change_member, create_member, deactivate_member, reactivate_member
from keystead.domain.workspace.people import LoginState, hierarchy, matching, with_login_state
from keystead.domain.workspace.permissions import may, require
from keystead.domain.writing import Invalid
from keystead.web.requests import WorkspaceRequest, wants_fragment
from keystead.web.workspace.forms import MemberForm
from keystead.web.workspace.leaving import confirm_first
from keystead.web.workspace.sign_in_company import provider_name
from keystead.web.workspace.tabs import settings_crumbs, settings_tabs
from keystead.web.workspace.writing import attempt, status_of

_PAGE = 100
_INDENTS = (
    "",
    "pl-3 md:pl-6",
    "pl-6 md:pl-12",
    "pl-9 md:pl-18",
    "pl-12 md:pl-24",
    "pl-15 md:pl-30",
)  # written out: the style sheet is made from the classes it finds

STATES = {
    LoginState.LOGS_IN: (gettext_lazy("Can log in"), "good"),
    LoginState.INVITED: (gettext_lazy("Invited"), "info"),
    LoginState.EXPIRED: (gettext_lazy("Invitation expired"), "warn"),
    LoginState.NEVER_INVITED: (gettext_lazy("Never invited"), ""),
    LoginState.INACTIVE: (gettext_lazy("Inactive"), "hatched"),
}


@require_GET
def members(request: WorkspaceRequest) -> HttpResponse:
    asked = {name: request.GET.get(name, "").replace("\x00", "").strip() for name in ("text", "role", "state")}
    everybody = with_login_state(Member.objects.visible_to(request.viewer), at=now())
    places = hierarchy(matching(everybody, **asked))
    page = Paginator(places, _PAGE).get_page(request.GET.get("page"))
    rows = everybody.select_related("manager").in_bulk([place.member_id for place in page])
    _hide_colleagues(request, rows.values())
    context = {
        "page": page,
        "total": len(places),
        "rows": [_row(rows[place.member_id], place.depth, place.reports) for place in page if place.member_id in rows],
        "asked": asked,
        "roles": Role.choices,
        "states": [(state.value, words) for state, (words, _tone) in STATES.items()],
        "may_edit": may(request.viewer, "member.edit"),
        **_frame(request),
    }
    template = "workspace/members.html#rows" if wants_fragment(request) else "workspace/members.html"
    return render(request, template, context)


def _hide_colleagues(request: WorkspaceRequest, found: Iterable[Member]) -> None:
    """Who sees nobody but herself does not read here to whom she reports either."""
    if reach(request.viewer, "member.read") is not Reach.ALL:
        for each in found:
            each.manager = None


def _row(member: Any, depth: int, reports: int) -> dict[str, Any]:
    words, tone = STATES[LoginState(member.login_state)]
    indent = _INDENTS[min(depth, len(_INDENTS) - 1)]
    return {"member": member, "indent": indent, "reports": reports, "state": words, "tone": tone}


def _frame(request: WorkspaceRequest, *crumbs: dict[str, str]) -> dict[str, Any]:
    here = {"label": _("Members"), "url": reverse("members", args=[request.workspace.slug])}
    return {"tabs": settings_tabs(request, "members"), "crumbs": settings_crumbs(request, here, *crumbs)}


def member_new(request: WorkspaceRequest) -> HttpResponse:
    require(request.viewer, "member.edit")
    form = MemberForm(request.POST or None, viewer=request.viewer)
    if form.is_valid():
        made = attempt(form, lambda: create_member(viewer=request.viewer, at=now(), fields=form.fields_given))
        if made is not None:
            messages.success(request, _("%(name)s is a member now.") % {"name": made.name})
            if "invite" in request.POST:
                _send_invitation(request, made)
            return redirect("member", slug=request.workspace.slug, pk=made.pk)
    context = {"form": form, **_suggestions(), **_frame(request, {"label": _("New member"), "url": ""})}
    return render(request, "workspace/member_new.html", context, status=status_of(form))


def member(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    everybody = with_login_state(Member.objects.visible_to(request.viewer), at=now())
    person: Any = get_object_or_404(everybody.select_related("manager"), pk=pk)
    _hide_colleagues(request, [person])
    may_edit = may(request.viewer, "member.edit", person)
    if request.method == "POST":
        require(request.viewer, "member.edit", person)
    form = MemberForm(request.POST or None, viewer=request.viewer, record=person)
    if form.is_valid() and _save(request, person, form):
        messages.success(request, form.said(_("Saved.")))
        return redirect("member", slug=request.workspace.slug, pk=pk)
    row = _row(person, 0, 0)
    context = {
        "person": person,
        "state": row["state"],
        "tone": row["tone"],
        "form": form,
        "may_edit": may_edit,
        "bindings": _bindings(request, person),
        "may_own": may(request.viewer, "workspace.own") or person.role != Role.OWNER,
        "reports": Member.objects.visible_to(request.viewer).filter(manager=person).order_by("name"),
        **_suggestions(),
        **_frame(request, {"label": person.name, "url": ""}),
    }
    return render(request, "workspace/member.html", context, status=status_of(form))


def _bindings(request: WorkspaceRequest, person: Member) -> list[dict[str, Any]]:
    """Who the company's sign-in says it is; for whoever may release it."""
    if person.user is None or not may(request.viewer, "binding.release", person):
        return []
    return [{**each, "name": provider_name(each["provider"])} for each in bindings(person.user)]


def _save(request: WorkspaceRequest, person: Member, form: MemberForm) -> Member | None:
    return attempt(
        form,
        lambda: change_member(
            member=person, viewer=request.viewer, at=now(), fields=form.fields_given, seen_version=form.seen_version
        ),
    )


def _suggestions() -> dict[str, Any]:
    """Regions and teams that are in use, to choose from while typing a new one."""
    return {
        f"{name}s": Member.objects.exclude(**{name: ""}).order_by(name).values_list(name, flat=True).distinct()[:200]
        for name in ("region", "team")
    }


@require_POST
def member_invitation(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    person = get_object_or_404(Member.objects.visible_to(request.viewer), pk=pk)
    _send_invitation(request, person)
    return redirect("member", slug=request.workspace.slug, pk=pk)


def _send_invitation(request: WorkspaceRequest, person: Member) -> None:
    try:
        _invitation, token = invite(member=person, viewer=request.viewer, at=now())
    except Invalid as refusal:
        messages.error(request, str(refusal.errors[0].message))
        return
    context = {
        "workspace_name": request.workspace.name, "inviter": request.viewer.name, "name": person.name, "days": VALID_FOR.days,
        "url": settings.BASE_URL.rstrip("/") + reverse("invitation", args=[token]),
    }  # fmt: skip
    if letters.send(to=person.email or "", letter="invitation", language=request.workspace.language, context=context):
        messages.success(request, _("The invitation to %(email)s is on its way.") % {"email": person.email})
    else:
        messages.error(request, _("The mail server did not take the invitation. Invite again when it works."))


@require_POST
def member_deactivation(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    person = get_object_or_404(Member.objects.visible_to(request.viewer), pk=pk)
    try:
        deactivate_member(member=person, viewer=request.viewer, at=now())
        messages.success(request, _("%(name)s can no longer log in.") % {"name": person.name})
    except Invalid as refusal:
        messages.error(request, str(refusal.errors[0].message))
    return redirect("member", slug=request.workspace.slug, pk=pk)


@require_POST
def member_binding(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Releases the address: whoever of the company's sign-in comes next with it is let into this login. So it is confirmed."""
    person = get_object_or_404(Member.objects.visible_to(request.viewer), pk=pk)
    require(request.viewer, "binding.release", person)
    confirm_first(request)
    try:
        release_binding(member=person, viewer=request.viewer)
        messages.success(request, _("The next sign-in with the address of %(name)s is bound anew.") % {"name": person.name})
    except UsedElsewhere:
        messages.error(request, _("This login is not yours alone to release. Whoever runs Keystead can do it."))
    return redirect("member", slug=request.workspace.slug, pk=pk)


@require_POST
def member_activation(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    person = get_object_or_404(Member.objects.visible_to(request.viewer), pk=pk)
    reactivate_member(member=person, viewer=request.viewer)
    messages.success(request, _("%(name)s is active again.") % {"name": person.name})
    return redirect("member", slug=request.workspace.slug, pk=pk)
