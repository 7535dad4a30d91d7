"""The colleagues who work on an account beside its owner: they see it, and what is at it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from keystead.data.workspace.models import Member
from keystead.domain.accounts.editing import join_team, leave_team
from keystead.domain.workspace.permissions import require
from keystead.web.accounts.forms import TeamForm
from keystead.web.accounts.page import account_context, find_account
from keystead.web.requests import WorkspaceRequest
from keystead.web.workspace.writing import attempt, status_of


@require_http_methods(["GET", "POST"])
def team(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    account = find_account(request, pk)
    if request.method == "POST":
        require(request.viewer, "account.edit", account)
    form = TeamForm(request.POST or None, viewer=request.viewer, account=account)
    if form.is_valid():
        given = form.cleaned_data
        joined = attempt(
            form, lambda: join_team(account=account, member=given["member"], viewer=request.viewer, function=given["function"])
        )
        if joined is not None:
            messages.success(request, _("%(name)s sees this account from now on.") % {"name": given["member"].name})
            return redirect("accounts:team", slug=request.workspace.slug, pk=pk)
    people = account.team_members.select_related("member").order_by("member__name")
    context = account_context(request, account, "team") | {"form": form, "people": people}
    return render(request, "accounts/team.html", context, status=status_of(form))


@require_POST
def leave(request: WorkspaceRequest, pk: UUID, member_pk: UUID) -> HttpResponse:
    account = find_account(request, pk)
    member = get_object_or_404(Member.objects.filter(team_accounts__account=account), pk=member_pk)
    leave_team(account=account, member=member, viewer=request.viewer)
    messages.success(request, _("%(name)s is no longer on the team.") % {"name": member.name})
    if not account.__class__.objects.visible_to(request.viewer).filter(pk=pk).exists():
        return redirect("accounts:list", slug=request.workspace.slug)
    return redirect("accounts:team", slug=request.workspace.slug, pk=pk)
