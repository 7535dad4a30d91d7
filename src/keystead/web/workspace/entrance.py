"""The doors: where signing in leads, the language switch, and invitations."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as log_in
from django.contrib.auth.decorators import login_not_required, login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_POST
from django.views.i18n import set_language as django_set_language

from keystead.base.clock import now
from keystead.data.workspace.models import Member, User
from keystead.domain.workspace.invitations import CannotAccept, NewLogin, OpenInvitation, accept, read_invitation
from keystead.domain.workspace.membership import is_unopened, memberships
from keystead.domain.workspace.profile import change_profile
from keystead.web.workspace.forms import AcceptForm
from keystead.web.workspace.refusals import LAST_WORKSPACE
from keystead.web.workspace.writing import attempt

_GONE = {"unknown": 404}


@require_GET
@login_required
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """To the workspace that was used last, else to the first one; never by itself into one of several that only await her."""
    assert isinstance(request.user, User)
    mine = [member.workspace for member in memberships(user_id=request.user.pk)]
    if not mine:
        return render(request, "home/no_workspace.html")
    slugs = [workspace.slug for workspace in mine]
    last = request.session.get(LAST_WORKSPACE)
    if last in slugs or len(slugs) == 1:
        return redirect("workspace_home", slug=last if last in slugs else slugs[0])
    opened = [each.slug for each in mine if not is_unopened(user=request.user, workspace_id=each.pk)]
    if opened:
        return redirect("workspace_home", slug=opened[0])
    return render(request, "home/choose_workspace.html", {"workspaces": mine})


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Django's own, which sets a cookie; a person who is signed in keeps the language in every browser."""
    response = django_set_language(request)
    code = request.POST.get("language", "")
    if isinstance(request.user, User) and code in dict(settings.LANGUAGES):
        change_profile(user=request.user, fields={"language": code})
    return response


@never_cache
@login_not_required
@sensitive_post_parameters("password")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What the letter's link opens. Looking at it uses nothing up; only the button does."""
    try:
        found = read_invitation(token=token, at=now())
        if isinstance(request.user, User):
            return _for_login(request, token, found, request.user)
        if found.login is not None:
            return render(request, "workspace/invitation_sign_in.html", {"invitation": found})
        return _for_newcomer(request, token, found)
    except CannotAccept as error:
        status = _GONE.get(error.code, 410)
        return render(request, "workspace/invitation_closed.html", {"code": error.code}, status=status)


def _for_login(request: HttpRequest, token: str, found: OpenInvitation, user: User) -> HttpResponse:
    if user.email.lower() != found.email.lower():
        return render(request, "workspace/invitation_other.html", {"invitation": found}, status=409)
    if request.method == "POST":
        return _enter(request, accept(token=token, at=now(), user=user))
    return render(request, "workspace/invitation_join.html", {"invitation": found})


@sensitive_variables("token")
def _for_newcomer(request: HttpRequest, token: str, found: OpenInvitation) -> HttpResponse:
    initial = {"name": found.name, "language": request.LANGUAGE_CODE}
    form = AcceptForm(request.POST or None, initial=initial)
    if form.is_valid():
        login = NewLogin(**form.cleaned_data)
        member = attempt(form, lambda: accept(token=token, at=now(), login=login))
        if member is not None:
            assert member.user is not None
            log_in(request, member.user, backend=settings.AUTHENTICATION_BACKENDS[0])
            return _enter(request, member)
    status = 422 if form.is_bound else 200
    return render(request, "workspace/invitation.html", {"invitation": found, "form": form}, status=status)


def _enter(request: HttpRequest, member: Member) -> HttpResponseRedirect:
    messages.success(request, _("Welcome to %(workspace)s.") % {"workspace": member.workspace.name})
    return redirect("workspace_home", slug=member.workspace.slug)
